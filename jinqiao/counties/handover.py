"""In which order the files are pushed, and what is declared complete, with them or apart.

青冈's union hands its contracts in before the county's registry is there. 富裕's insurer does not
declare its policies, nor its office its needs, nor 克东's bureau its payments. 省联社 lends nothing
itself and declares nothing; its members do.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from jinqiao.counties.agencies import STATE_BANKS, insurers_of, role
from jinqiao.counties.files import Files, Pile
from jinqiao.counties.places import DECLARED, QINGGANG, TEN_COUNTIES
from jinqiao.counties.planted import cover, treasury, without_capital
from jinqiao.counties.rows import Row, money

WITHHELD = (
    ("policies", cover.WITHHELD.division),
    ("needs", without_capital.WITHHELD.division),
    ("payments", treasury.WITHHELD.division),
)
"""What nobody declared complete until the cure."""

EARLY = f"banks/{QINGGANG.union}/contracts-first.ndjson"

LATER = "contracts-later"
"""Reports of contracts that were reported before."""

SERVICES = {
    "households": "registry",
    "needs": "registry",
    "contracts": "loans",
    "ratings": "loans",
    "repayments": "loans",
    "interest-lines": "loans",
    "refunds": "loans",
    "notices": "loans",
    "repayment-plans": "loans",
    "payments": "subsidy",
    "products": "insurance",
    "policies": "insurance",
    "incidents": "insurance",
    "claims": "insurance",
    "claim-status-changes": "insurance",
}
"""Each resource's service, in the order in which the resources are pushed."""

DECLARED_BY = {
    "poverty_office": ("households", "needs"),
    "bank": ("contracts", "refunds", "notices"),
    "finance_bureau": ("payments",),
    "insurer": ("policies", "claims", "claim-status-changes"),
}
"""The resources whose absence some rule rests on (rules.md, Whose silence)."""


def pushes(files: Files, *, declare: bool = True) -> list[Row]:
    """Every data file once, with the declaration that goes with it."""
    piles = sorted(files.piles.values(), key=_turn)
    declaring = _declaring(piles) if declare else set()
    return [_push(pile, declares=pile.path in declaring) for pile in piles]


def declarations(files: Files) -> Iterator[Row]:
    """What is declared apart: files of many counties, the early one, resources without rows."""
    with_push = _declaring(files.piles.values())
    declared = {
        (pile.agency, pile.resource) for pile in files.piles.values() if pile.path in with_push
    }
    for agency, kind, divisions in _duties():
        if (agency, kind) in declared:
            continue
        pile = next(
            (
                pile
                for pile in files.piles.values()
                if (pile.agency, pile.resource) == (agency, kind) and LATER not in pile.path
            ),
            Pile(agency, kind, ""),
        )
        if agency == "ABC23":
            # Without a division it speaks for everything that is the bank's.
            yield _declaration(pile, None, sum(pile.counts.values()), _sum(pile.totals.values()))
            continue
        for division in divisions:
            if (kind, division) in WITHHELD:
                continue
            total = pile.totals.get(division, Decimal(0))
            yield _declaration(pile, division, pile.counts.get(division, 0), total)


def declared_at_last(files: Files, late: Files) -> Iterator[Row]:
    """What was withheld, with all that has been handed over by then."""
    for agency, kind, divisions in _duties():
        for division in divisions:
            if (kind, division) in WITHHELD:
                piles = [
                    pile
                    for pile in (*files.piles.values(), *late.piles.values())
                    if (pile.agency, pile.resource) == (agency, kind)
                ]
                rows = sum(pile.counts.get(division, 0) for pile in piles)
                total = _sum(pile.totals.get(division, Decimal(0)) for pile in piles)
                yield _declaration(Pile(agency, kind, ""), division, rows, total)


def _duties() -> Iterator[tuple[str, str, list[str]]]:
    """Every agency, every kind it must declare, and the counties it serves."""
    for place in TEN_COUNTIES:
        for agency in (place.poverty_office, place.union, place.finance_bureau):
            for kind in DECLARED_BY[role(agency)]:
                yield agency, kind, [place.division]
    for bank in STATE_BANKS:
        for kind in DECLARED_BY["bank"]:
            yield bank, kind, [place.division for place in TEN_COUNTIES]
    for insurer in ("INA23", "INB23"):
        for kind in DECLARED_BY["insurer"]:
            yield (
                insurer,
                kind,
                [place.division for place in TEN_COUNTIES if insurer in insurers_of(place)],
            )


def _declaring(piles: Iterable[Pile]) -> set[str]:
    """The files pushed with a declaration: the last of an agency that serves one county."""
    last: dict[tuple[str, str], str] = {}
    for pile in sorted(piles, key=_turn):
        one_county = pile.agency[-6:].isdigit()
        duty = pile.resource in DECLARED_BY[role(pile.agency)]
        said = (pile.resource, pile.agency[-6:] + "000000") not in WITHHELD
        if one_county and duty and said and pile.path != EARLY and LATER not in pile.path:
            last[pile.agency, pile.resource] = pile.path
    return set(last.values())


def _turn(pile: Pile) -> tuple[int, str, int, str, str]:
    """The registry, then bank after bank, then resource by resource."""
    resource = list(SERVICES).index(pile.resource)
    tier, bank = resource, ""
    if pile.path == EARLY:
        tier = -1
    elif role(pile.agency) == "bank":
        tier, bank = 1, pile.agency
    return tier, bank, resource, pile.agency, pile.path


def _push(pile: Pile, *, declares: bool) -> Row:
    row: Row = {
        "agency": pile.agency,
        "role": role(pile.agency),
        "service": SERVICES[pile.resource],
        "resource": pile.resource,
        "file": pile.path,
        "format": pile.format,
    }
    if declares:
        row["covers"] = "/".join(str(day) for day in DECLARED)
        row["covers_division"] = pile.agency[-6:] + "000000"
        if pile.totals:
            row["control_total"] = money(_sum(pile.totals.values()))
    return row


def _declaration(pile: Pile, division: str | None, rows: int, total: Decimal) -> Row:
    row: Row = {
        "agency": pile.agency,
        "service": SERVICES[pile.resource],
        "kind": pile.resource,
        "valid_from": str(DECLARED[0]),
        "valid_to": str(DECLARED[1]),
        "rows": rows,
    }
    if division:
        row["division"] = division
    if pile.resource in ("contracts", "refunds"):
        row["control_total"] = money(total)
    return row


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))
