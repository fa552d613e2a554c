"""Households as the poverty registry describes them, and who lives in them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from random import Random

from jinqiao.counties.people import Identities, Person, birthday, person, surname
from jinqiao.counties.places import Village

Status = tuple[str, date, date | None]
"""A status, its first day and the day after its last."""


@dataclass(slots=True, eq=False)
class Amendment:
    """What the county sends beside the yearly export, because the export cannot say it."""

    as_at: date
    statuses: list[Status] | None = None
    """None: those that follow from the household's years."""


@dataclass(slots=True, eq=False)
class Need:
    """What a household needs money for, and what became of it."""

    raised_on: date
    amount: Decimal
    state: str
    true_cause: str | None = None
    other_measure: str | None = None
    bank: str | None = None
    use: str = "发展种养业"
    number: str = ""


@dataclass(slots=True, eq=False)
class Household:
    village: Village
    members: list[Person]
    identified: int
    lifted: str = "NOT_LIFTED"
    """脱贫状态: NOT_LIFTED, PRE_LIFTED, LIFTED_WITH_POLICY, LIFTED_NO_POLICY or RETURNED."""
    lifted_year: int | None = None
    attribute: str = "GENERAL_POOR"
    cause: str = "ILLNESS"
    other_causes: tuple[str, ...] = ()
    income: int = 3000
    exported: bool = True
    amendments: list[Amendment] = field(default_factory=list)
    needs: list[Need] = field(default_factory=list)
    uninsured: set[int] = field(default_factory=set)
    insured_anyway: bool = False
    """Covered although nobody can say whether it is registered."""
    number: str = ""

    @property
    def head(self) -> Person:
        return self.members[0]

    def statuses(self) -> list[Status]:
        """Dated as fields.md reads the national export: a year begins on 1 January."""
        begun = date(self.identified, 1, 1)
        if self.lifted_year is None or not self.lifted.startswith("LIFTED"):
            return [("REGISTERED", begun, None)]
        changed = date(self.lifted_year, 1, 1)
        before: list[Status] = [("REGISTERED", begun, changed)] if begun < changed else []
        return [*before, (self.lifted, changed, None)]

    def registered(self, day: date) -> bool:
        """Whether the policy still holds for the household on the day."""
        dated = self.amendments[-1].statuses if self.amendments else None
        for status, begun, ended in self.statuses() if dated is None else dated:
            if begun <= day and (ended is None or day < ended):
                return status in ("REGISTERED", "LIFTED_WITH_POLICY", "RETURNED")
        return False

    def removed(self, day: date) -> bool:
        """Whether it was struck off by the day."""
        dated = self.amendments[-1].statuses if self.amendments else None
        return any(status == "REMOVED" and begun <= day for status, begun, _ in dated or [])

    def able(self, day: date) -> Iterator[Person]:
        for member in self.members:
            if member.present(day) and member.labour in ("ORDINARY", "SKILLED", "WEAK_OR_HALF"):
                yield member


def couple(rng: Random, identities: Identities, *, weak: bool = False) -> list[Person]:
    """A household that works: a couple of 28 to 54, perhaps children, perhaps a parent.

    `weak` says whether the place knows the label 弱劳动力或半劳动力.
    """
    family = surname(rng)
    head = person(rng, identities, birthday(rng, rng.randrange(30, 55)), True, family=family)
    wife = person(
        rng, identities, birthday(rng, 2018 - head.born.year - rng.randrange(-1, 3)), False
    )
    wife.relation = "SPOUSE"
    head.labour = "SKILLED" if rng.randrange(8) == 0 else "ORDINARY"
    wife.labour = rng.choice(("ORDINARY", "ORDINARY", "WEAK_OR_HALF" if weak else "ORDINARY"))
    return [head, wife, *_children(rng, identities, head, wife), *_parent(rng, identities, head)]


def single_worker(rng: Random, identities: Identities) -> list[Person]:
    """One who works, and perhaps a parent."""
    family = surname(rng)
    male = rng.randrange(10) < 7
    head = person(rng, identities, birthday(rng, rng.randrange(30, 56)), male, family=family)
    return [head, *_parent(rng, identities, head)]


def ill_couple(rng: Random, identities: Identities) -> list[Person]:
    """A couple of an age to borrow, neither of whom can work. Only she may hold a certificate of
    disability, so that nothing is in doubt about him but his strength."""
    head = person(rng, identities, birthday(rng, rng.randrange(46, 62)), True)
    wife = person(rng, identities, birthday(rng, rng.randrange(46, 62)), False)
    head.labour, head.health = "LOST", rng.choice((("CHRONIC",), ("SERIOUS",)))
    wife.relation = "SPOUSE"
    disable(rng, wife)
    return [head, wife]


def grown_son(rng: Random, identities: Identities, father: Person) -> Person:
    """A son of 22 to 25 who works."""
    born = birthday(rng, rng.randrange(22, 26))
    son = person(rng, identities, born, True, family=father.name[0])
    son.relation = "SON"
    return son


def unable(rng: Random, identities: Identities) -> list[Person]:
    """A household in which nobody can work: the old, the ill, a grandchild."""
    family = surname(rng)
    shape = rng.randrange(10)
    if shape < 5:
        head = person(rng, identities, birthday(rng, rng.randrange(62, 87)), True, family=family)
        wife = person(
            rng,
            identities,
            birthday(rng, max(58, 2018 - head.born.year - rng.randrange(5))),
            False,
        )
        wife.relation = "SPOUSE"
        members = [head, wife]
    elif shape < 8:
        male = rng.randrange(2) == 0
        members = [
            person(rng, identities, birthday(rng, rng.randrange(61, 89)), male, family=family)
        ]
    else:
        head = person(rng, identities, birthday(rng, rng.randrange(46, 62)), True, family=family)
        members = [head, *_parent(rng, identities, head)]
    if shape in (0, 1):
        grandchild = person(
            rng, identities, birthday(rng, rng.randrange(3, 15)), True, family=family
        )
        grandchild.relation = "GRANDSON"
        members.append(grandchild)
    for member in members:
        disable(rng, member)
    return members


def disable(rng: Random, member: Person) -> None:
    """Make a member unable to work, with a reason the registry would hold."""
    age = 2018 - member.born.year
    member.labour = "NONE" if age < 16 or age > 72 or rng.randrange(3) == 0 else "LOST"
    if age < 16:
        return
    member.health = rng.choice((("CHRONIC",), ("CHRONIC",), ("SERIOUS",), ("DISABLED",)))
    if member.health == ("DISABLED",):
        member.disability = rng.choice("1234444567") + rng.choice("1234")


def _children(
    rng: Random, identities: Identities, father: Person, mother: Person
) -> Iterator[Person]:
    oldest = 2018 - max(father.born.year, mother.born.year) - 22
    for _ in range(rng.choice((0, 1, 1, 2))):
        age = rng.randrange(max(1, oldest - 12), max(2, oldest + 1))
        male = rng.randrange(2) == 0
        child = person(rng, identities, birthday(rng, age), male, family=father.name[0])
        child.relation = "SON" if male else "DAUGHTER"
        child.labour = "NONE" if age < 18 else "ORDINARY"
        yield child


def _parent(rng: Random, identities: Identities, head: Person) -> Iterator[Person]:
    if rng.randrange(4):
        return
    age = min(88, 2018 - head.born.year + rng.randrange(21, 30))
    male = rng.randrange(3) == 0
    parent = person(rng, identities, birthday(rng, age), male, family=head.name[0] if male else "")
    parent.relation = "FATHER" if male else "MOTHER"
    disable(rng, parent)
    yield parent
