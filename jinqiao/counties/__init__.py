"""The raw records of the ten counties, as their agencies would hand them over.

    from jinqiao.counties import generate
    generate(Path("ten-counties"))

writes, from a seed and nothing else, the registry's exports, the banks', bureaus' and insurers'
files, the auditors' samples, what is declared complete, and an answer key that says what must be
found in them; and in a folder of its own what the agencies hand over until November to put it
right. The records are invented; the places are real; some totals are the plan's. Nothing
here knows the exchange: it has its own interest arithmetic and its own reading of the law, so that
the two can be held against each other.
"""

from collections.abc import Callable
from pathlib import Path
from random import Random

from jinqiao.counties.agencies import agencies
from jinqiao.counties.answer_key import SAMPLES, Key
from jinqiao.counties.background import fill
from jinqiao.counties.county import County
from jinqiao.counties.cure import cure
from jinqiao.counties.files import Files
from jinqiao.counties.handover import declarations, declared_at_last, pushes
from jinqiao.counties.ledgers import hand_over
from jinqiao.counties.people import Identities
from jinqiao.counties.places import TEN_COUNTIES, reserved_villages, villages
from jinqiao.counties.planted import plant, sample109
from jinqiao.counties.planted.following import follow

__all__ = ["CURE", "FEWEST_HOUSEHOLDS", "generate"]

CURE = "cure"
"""The folder, in that of the files, of what the agencies hand over later."""

FEWEST_HOUSEHOLDS = 1_500
"""The planted cases alone need about so many."""


def generate(
    out: Path,
    *,
    seed: int = 2019,
    households: int = 20_000,
    progress: Callable[[str], None] | None = None,
) -> None:
    """Write the ten counties' files into the folder `out`, which is made if need be.

    The same arguments give the same bytes. `households` is how many the registries hold together;
    the planted cases are always the same in number, the clean ones around them scale. `progress`
    is told each county's name when its files are begun.
    """
    if households < FEWEST_HOUSEHOLDS:
        raise ValueError(f"the planted cases need at least {FEWEST_HOUSEHOLDS} households")
    out.mkdir(parents=True, exist_ok=True)
    uses = sample109.deal_uses(Random(seed))
    identities, files, late, key = Identities(), Files(out), Files(out / CURE), Key()
    for place in TEN_COUNTIES:
        if progress:
            progress(place.name)
        rng = Random(seed * 1_000_000 + int(place.code))
        share = households * place.share // 100
        county = County(
            place, rng, identities, villages(place, share, rng), reserved_villages(place)
        )
        plant(county, uses[place.code])
        fill(county, share)
        hand_over(county, files)
        follow(county)
        key.gather(county)
        cure(county, late)
        key.gather_cure(county)
    files.close()
    late.close()
    files.document("agencies.json", agencies())
    files.document("pushes.json", pushes(files))
    files.lines("declarations.ndjson", declarations(files))
    files.lines(
        "samples.ndjson", (SAMPLES[name] | {"contract_nos": key.samples[name]} for name in SAMPLES)
    )
    late.document("pushes.json", pushes(late, declare=False))
    late.lines("declarations.ndjson", declared_at_last(files, late))
    files.document("answer-key.json", key.document())
