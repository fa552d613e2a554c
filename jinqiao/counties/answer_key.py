"""What the exchange must find, row by row of the plan's figures (mission, ten-counties.md).

Only the demonstration's last step and the tests read it. Every set is exact: a finding too many is
as wrong as one too few, and what cannot be known has its own list. A loan is named
`agency/contract_no`, an incident, a claim or a payment by its number, a village or a township by
its division, an enterprise by its credit code, a person without cover by the household's number,
as often as there are such persons in it. What the rules find in the scope but the plan does not
count (`only`) stands in `set_aside`. Row 8 also says of each subject what it owes and which class
the rule gives it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from jinqiao.counties.county import (
    PLAN_DAY_PART,
    RESCREEN_PART,
    County,
    Expectation,
    Resident,
    Subject,
)
from jinqiao.counties.households import Household
from jinqiao.counties.insurance import Claim, Incident
from jinqiao.counties.lending import Loan, Payment
from jinqiao.counties.places import (
    BAIQUAN,
    DECEMBER,
    FUYUAN,
    HAILUN,
    HANDED_OVER,
    JUNE,
    LANXI,
    MARCH,
    NEW_YEAR,
    PLAN_DAY,
    RESCREENED,
    SEPTEMBER,
    YANSHOU,
    Place,
)
from jinqiao.counties.planted import by_the_day, ordinary, sample109
from jinqiao.counties.rows import Row, money

SAMPLES = {
    module.NAME: {"agency": "SV23", "name": module.NAME, "source": module.SOURCE}
    for module in (sample109, by_the_day, ordinary)
}


@dataclass(slots=True)
class Key:
    """Gathers what each county was made to show, under the names it had in the files."""

    verdicts: dict[tuple[str, str, str], list[str]] = field(default_factory=dict)
    amounts: dict[tuple[str, str], Decimal] = field(default_factory=dict)
    owed: dict[str, dict[str, str]] = field(default_factory=dict)
    classes: dict[str, dict[str, str]] = field(default_factory=dict)
    users: dict[str, list[Loan]] = field(default_factory=dict)
    principals: dict[str, dict[str, Decimal]] = field(default_factory=dict)
    households: dict[str, set[str]] = field(default_factory=dict)
    charged: Decimal = Decimal(0)
    samples: dict[str, list[Row]] = field(default_factory=dict)

    def gather(self, county: County) -> None:
        """Take over a county whose households, loans and incidents have their numbers."""
        for expectation in county.expectations:
            self._take(expectation)
        for name, loans in county.samples.items():
            sample = self.samples.setdefault(name, [])
            sample += ({"bank": loan.bank, "contract_no": loan.number} for loan in loans)

    def gather_cure(self, county: County) -> None:
        """Take over what is left in a county once its records are put right."""
        for one in county.rescreened():
            place = one.part, one.rule, one.verdict
            self.verdicts.setdefault(place, []).append(_name(one.subject))

    def _take(self, expectation: Expectation) -> None:
        part, rule, subject = expectation.part, expectation.rule, expectation.subject
        place = part, rule, expectation.verdict
        self.verdicts.setdefault(place, []).append(_name(subject))
        if part == PLAN_DAY_PART:
            self._take_plan_day(expectation)
            return
        if expectation.amount is not None:
            so_far = self.amounts.get((part, rule), Decimal(0))
            self.amounts[part, rule] = so_far + expectation.amount
        if expectation.verdict == "not_met" and isinstance(subject, Loan):
            self.principals.setdefault(part, {})[_name(subject)] = subject.principal
            home = subject.household.number if subject.household else subject.borrower.id_number
            self.households.setdefault(part, set()).add(home)
            if part == "by-the-day":
                self.charged += subject.lines[0].amount

    def _take_plan_day(self, expectation: Expectation) -> None:
        rule, subject = expectation.rule, expectation.subject
        if expectation.verdict == "not_met":
            amount = expectation.amount
            if amount is None and isinstance(subject, Loan):
                amount = subject.outstanding(HANDED_OVER)
            if amount is not None:
                self.owed.setdefault(rule, {})[_name(subject)] = money(amount)
            if expectation.assigned:
                self.classes.setdefault(rule, {})[_name(subject)] = expectation.assigned
        if rule == "LOAN-20" and isinstance(subject, Loan) and expectation.verdict == "not_met":
            code = (subject.user or {}).get("credit_code")
            if code:
                self.users.setdefault(str(code), []).append(subject)
            else:
                self._conclude("LOAN-21", "undetermined", subject)

    def _conclude(
        self, rule: str, verdict: str, subject: Subject, amount: Decimal | None = None
    ) -> None:
        self._take(Expectation(PLAN_DAY_PART, rule, verdict, subject, amount))

    def _watch(self) -> None:
        """LOAN-21, once all counties have told: by user, over all banks."""
        for code, loans in self.users.items():
            families = {id(loan.household or loan.borrower) for loan in loans}
            total = sum((loan.outstanding(HANDED_OVER) for loan in loans), Decimal(0))
            if len(families) > WATCHED_FAMILIES or total > WATCHED_BALANCE:
                self._conclude("LOAN-21", "not_met", code, total)

    def document(self) -> Row:
        self._watch()
        rate = self.charged * 100 / self._principal("by-the-day")
        misused = {
            subject
            for rule in ("LOAN-12", "LOAN-13")
            for subject in self.verdicts["misuse", rule, "not_met"]
        }
        rows = [
            self._row(
                1,
                "no-labour",
                "抽查109户",
                ("LOAN-02",),
                sample=sample109.NAME,
                says={"of": 109, "households": 28, "share": "25.7%"},
            ),
            self._row(
                1,
                "misuse",
                "抽查109户",
                ("LOAN-12", "LOAN-13"),
                sample=sample109.NAME,
                says={"of": 109, "households": 98},
                more={"loans": len(misused)},
            ),
            self._row(
                1,
                "interest-kept",
                "抽查109户",
                ("SUB-11",),
                sample=sample109.NAME,
                says={"of": 109, "households": 21},
            ),
            self._row(2, "strangers", FUYUAN, ("LOAN-23",), says={"households": 7}),
            self._row(
                3,
                "by-the-day",
                "省农村信用联社",
                ("LOAN-30",),
                sample=by_the_day.NAME,
                says={"effective_rate": "3.8021%", "per_10000_a_year": "5.21"},
                more={
                    "charged": money(self.charged),
                    "principal_years": money(self._principal("by-the-day")),
                    "effective_rate": f"{rate:.4f}%",
                },
            ),
            self._row(
                4,
                "baiquan",
                BAIQUAN,
                ("LOAN-31",),
                only={"signed_from": "2017-01-01"},
                says={"households": 78, "principal": "3329000.00", "rates": "6.75%-10.5%"},
                more={"set_aside": self._verdicts("baiquan-before", ("LOAN-31",), "not_met")},
            ),
            self._row(
                4,
                "baiquan-eight",
                BAIQUAN,
                ("LOAN-31",),
                sample=ordinary.NAME,
                says={"households": 8, "overpaid": "11700.00", "baseline": "1.75%"},
            ),
            self._row(
                5,
                "lanxi",
                LANXI,
                ("LOAN-31",),
                says={
                    "households": 243,
                    "principal": "8324600.00",
                    "rates": "8.96%-10.5%",
                    "overpaid": "363300.00",
                },
            ),
            self._row(
                6,
                "hailun",
                HAILUN,
                ("SUB-11",),
                says={"in_the_sample": 21},
                within=sample109.NAME,
            ),
            self._row(
                7,
                "yanshou",
                YANSHOU,
                ("INS-02",),
                says={"people": 328, "amount": "237000.00"},
            ),
            *(self._row(8, PLAN_DAY_PART, "十县", (rule,), says={}) for rule in RULES),
        ]
        rows += (self._row(9, RESCREEN_PART, "十县", (rule,), says={}) for rule in RULES)
        return {"rows": rows}

    def _row(
        self,
        number: int,
        part: str,
        place: Place | str,
        rules: tuple[str, ...],
        *,
        says: Row,
        sample: str = "",
        only: Row | None = None,
        within: str = "",
        more: Row | None = None,
    ) -> Row:
        scope: Row = {"rules": list(rules)}
        if sample:
            scope["sample"] = sample
        elif isinstance(place, Place):
            scope["division"] = place.division
        expected: Row = {
            "not_met": self._verdicts(part, rules, "not_met"),
            "undetermined": self._verdicts(part, rules, "undetermined"),
            "amounts": {
                rule: money(self.amounts[part, rule])
                for rule in rules
                if (part, rule) in self.amounts
            },
        }
        if part == PLAN_DAY_PART:
            expected["owed"] = {rule: self.owed.get(rule, {}) for rule in rules}
            expected["classes"] = {rule: self.classes.get(rule, {}) for rule in rules}
        elif part in self.principals:
            expected["households"] = len(self.households[part])
            expected["principal"] = money(self._principal(part))
        row: Row = {
            "row": number,
            "part": part,
            "place": _place(place),
            "business_date": str(BUSINESS_DATES[part]),
            "scope": scope,
        }
        if only:
            row["only"] = only
        if within:
            row["within"] = within
        return row | {"says": says, "expect": expected | (more or {})}

    def _principal(self, part: str) -> Decimal:
        return sum(self.principals[part].values(), Decimal(0))

    def _verdicts(self, part: str, rules: Iterable[str], verdict: str) -> dict[str, list[str]]:
        return {rule: sorted(self.verdicts.get((part, rule, verdict), [])) for rule in rules}


BUSINESS_DATES = {
    "no-labour": DECEMBER,
    "misuse": DECEMBER,
    "interest-kept": DECEMBER,
    "strangers": DECEMBER,
    "by-the-day": NEW_YEAR,
    "baiquan": MARCH,
    "baiquan-eight": MARCH,
    "lanxi": JUNE,
    "hailun": DECEMBER,
    "yanshou": SEPTEMBER,
    PLAN_DAY_PART: PLAN_DAY,
    RESCREEN_PART: RESCREENED,
}

WATCHED_FAMILIES, WATCHED_BALANCE = 10, Decimal(300_000)

RULES = (
    *(f"LOAN-{number:02d}" for number in (*range(1, 18), *range(20, 24), 30, 31, 32)),
    *(f"LOAN-{number}" for number in (40, 41, 42, 43, 50, 60)),
    *(f"SUB-{number:02d}" for number in (*range(1, 7), 10, 11, 12)),
    *(f"INS-{number:02d}" for number in range(1, 6)),
)
"""Every rule of the catalogue that judges what the agencies handed over. SHARE-01 and 02 judge how
the exchange itself is used, which no file tells."""

CLEAN = (
    *("LOAN-20", "LOAN-21", "LOAN-22", "LOAN-23", "LOAN-32", "LOAN-40", "LOAN-41", "LOAN-42"),
    *("LOAN-43", "LOAN-50", "LOAN-60", "SUB-10", "SUB-11", "SUB-12"),
    *("INS-01", "INS-02", "INS-04", "INS-05"),
)
"""Of these nothing may be found after the cure (rules.md, What is judged); of INS-03 only clocks
that have ended."""

ENGLISH = {
    "抽查109户": "the sample of 109",
    "省农村信用联社": "the rural credit unions",
    "十县": "all ten counties",
}


def _place(place: Place | str) -> Row:
    if isinstance(place, Place):
        return {"zh": place.name, "en": place.english}
    return {"zh": place, "en": ENGLISH[place]}


def _name(subject: Subject) -> str:
    """How the answer key names what is judged."""
    if isinstance(subject, Loan):
        return f"{subject.bank}/{subject.number}"
    if isinstance(subject, Resident):
        return subject.household.number
    if isinstance(subject, Household | Incident | Claim | Payment):
        return subject.number
    return subject
