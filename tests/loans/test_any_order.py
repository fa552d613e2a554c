"""Whatever the order of pushes, however often repeated and however cut into files: one end."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.story import (
    SERVICE_OF,
    a_contract,
    a_household,
    a_line,
    a_member,
    a_person,
    a_repayment,
)
from tests.visitor import Visitor

DAYS = ("2018-03-31", "2018-06-30", "2018-12-31")
OURS = (
    "id",
    "household_id",
    "need_id",
    "person_ref",
    "subject_ref",
    "name",
    "id_number",
    "born_on",
)
"""What says who or which, and so differs between one world and the next."""

Pushed = tuple[str, dict[str, Any]]
"""A kind of thing, and what is said of it beside its number."""


class World:
    """Two families and their loans, under numbers of their own."""

    def __init__(self) -> None:
        self.people = [a_person() for _ in range(2)]
        self.members = [a_member(person) for person in self.people]
        self.households = [a_household(member) for member in self.members]
        products = ("POVERTY_MICRO", "ORDINARY_FARM")
        self.loans = [
            a_contract(person, product=product)
            for person, product in zip(self.people, products, strict=True)
        ]
        self.lines = [a_line(loan, "2018-03-05", "2018-06-05", "1.00") for loan in self.loans]
        self.repaid = [a_repayment(loan, "1.00", "2018-06-05") for loan in self.loans]
        self.needs = [
            {
                "need_no": f"需{loan['contract_no']}",
                "household_no": household["household_no"],
                "amount": "1.00",
                "use": "养牛",
                "raised_on": "2018-03-01",
                "state": "OPEN",
            }
            for loan, household in zip(self.loans, self.households, strict=True)
        ]

    def row(self, pushed: Pushed) -> tuple[str, dict[str, Any]]:
        """What is pushed in this world."""
        things, said = pushed
        known = {
            "households": self.households,
            "contracts": self.loans,
            "interest-lines": self.lines,
            "repayments": self.repaid,
            "needs": self.needs,
        }
        said = dict(said)
        return things, known[things][said.pop("which")] | said

    def state(self, office: Visitor, bank: Visitor) -> Any:
        """All that can be read of it."""
        loans = [{"contract_no": loan["contract_no"]} for loan in self.loans]
        houses = [{"household_no": each["household_no"]} for each in self.households]
        asked = [(bank, things, loan) for things in LOANS for loan in loans]
        asked += [(office, things, house) for things in ("households", "needs") for house in houses]
        seen = [
            (things, place % 2, _plain(item))
            for place, (visitor, things, filters) in enumerate(asked)
            for item in _items(visitor, things, filters)
        ]
        return sorted(seen, key=repr)


LOANS = ("contracts", "interest-lines", "repayments")


def _items(visitor: Visitor, things: str, filters: dict[str, Any]) -> list[dict[str, Any]]:
    answer = visitor.get(f"/v1/{SERVICE_OF.get(things, 'loans')}/{things}", params=filters)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def _plain(item: Any) -> Any:
    if isinstance(item, dict):
        left = {name: value for name, value in item.items() if name not in OURS}
        return {name: _plain(value) for name, value in left.items() if not name.endswith("_no")}
    return [_plain(each) for each in item] if isinstance(item, list) else item


yuan = st.integers(1, 900_000).map(lambda fen: f"{fen // 100}.{fen % 100:02}")
which = st.integers(0, 1)
day = st.sampled_from(DAYS)
facts = st.one_of(
    st.tuples(
        st.just("contracts"), st.fixed_dictionaries({"which": which, "as_at": day, "balance": yuan})
    ),
    st.tuples(
        st.just("households"),
        st.fixed_dictionaries({"which": which, "as_at": day, "per_capita_income": yuan}),
    ),
    st.tuples(st.just("interest-lines"), st.fixed_dictionaries({"which": which, "amount": yuan})),
    st.tuples(st.just("repayments"), st.fixed_dictionaries({"which": which, "principal": yuan})),
    st.tuples(st.just("needs"), st.fixed_dictionaries({"which": which, "amount": yuan})),
)


@st.composite
def told(draw: Any) -> tuple[list[Pushed], list[list[Pushed]]]:
    """Facts in the order of their versions; and the same in any order, some twice, cut anyhow."""
    said = draw(st.lists(facts, min_size=4, max_size=14))
    versions: dict[Any, int] = {}
    rows = []
    for things, row in said:
        number = (things, row["which"])
        versions[number] = versions.get(number, 0) + 1
        rows.append((things, row | {"source_version": versions[number]}))
    again = draw(st.lists(st.sampled_from(rows), max_size=6))
    mixed = draw(st.permutations([*rows, *again]))
    cuts = sorted(draw(st.lists(st.integers(0, len(mixed)), max_size=4)))
    parts = [mixed[a:b] for a, b in zip([0, *cuts], [*cuts, len(mixed)], strict=True)]
    return rows, [part for part in parts if part]


def check_any_order(
    office: Visitor, bank: Visitor, drain: Callable[[], None], *, examples: int
) -> None:
    """Push what chance draws into two worlds, sorted into one and anyhow into the other."""

    def tell(world: World, rows: Sequence[Pushed]) -> None:
        files: dict[str, list[str]] = {}
        for things, row in map(world.row, rows):
            files.setdefault(things, []).append(json.dumps(row))
        for things, lines in files.items():
            visitor = office if things in ("households", "needs") else bank
            answer = visitor.post(
                f"/v1/{SERVICE_OF.get(things, 'loans')}/bulk/{things}",
                content="\n".join(lines),
                headers={"Content-Type": "application/x-ndjson"},
            ).json()
            assert answer["rejected"] == 0, answer
            outcomes = ("accepted", "unchanged", "superseded", "pending")
            assert answer["received"] == sum(answer[name] for name in outcomes) == len(lines)

    # What fails is shown as it was drawn: to shrink it would take minutes of pushes.
    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
    )
    @given(told())
    def ends_the_same(pushes: tuple[list[Pushed], list[list[Pushed]]]) -> None:
        rows, parts = pushes
        sorted_world, mixed_world = World(), World()
        for things in ("households", "needs", *LOANS):
            tell(sorted_world, [row for row in rows if row[0] == things])
            drain()
        for number, part in enumerate(parts):
            tell(mixed_world, part)
            if number % 2:
                drain()
        drain()

        assert mixed_world.state(office, bank) == sorted_world.state(office, bank)

    ends_the_same()


def test_any_order_and_repetition_of_pushes_ends_in_the_same_state(
    visit: Callable[..., Visitor], drain: Callable[[], None]
) -> None:
    office, bank = visit("poverty_office"), visit("bank")

    check_any_order(office, bank, drain, examples=5)
