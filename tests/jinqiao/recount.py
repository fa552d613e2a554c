"""The rules of the plan's figures (law/rules.md), judged again from the agencies' files alone.

It shares nothing with the generator or the exchange but the law, and only what these files need:
every contract was signed between 2016 and May 2019.
"""

from collections import defaultdict
from datetime import date
from decimal import Decimal

from tests.jinqiao.county_files import (
    Home,
    Loan,
    Records,
    Row,
    Z,
    age,
    between,
    day,
    half_up,
    later,
)

PRODUCTIVE = ("PLANTING", "BREEDING", "PROCESSING", "TRADE", "FARM_SIDELINE")


class Judge:
    """True, False, or None where a fact is missing."""

    def __init__(self, records: Records, business_date: date) -> None:
        self.records, self.day = records, business_date
        self.families: dict[str, list[tuple[str, Loan]]] = defaultdict(list)
        for name, loan in records.loans.items():
            if loan.product == "POVERTY_MICRO":
                self.families[loan.borrower_id_number].append((name, loan))

    def home(self, loan: Loan) -> Home | None:
        found = self.records.people.get(loan.borrower_id_number)
        return found[0] if found and found[1].present(loan.signed_on) else None

    def loan_01(self, loan: Loan) -> bool | None:
        found = self.records.people.get(loan.borrower_id_number)
        if not found:
            days = loan.signed_on, self.day
            return False if self.records.declared("households", loan.county, *days) else None
        if found[1].name != loan.borrower_name:
            return None
        home = self.home(loan)
        return home.registered(loan.signed_on) if home else False

    def loan_02(self, loan: Loan) -> bool | None:
        home = self.home(loan)
        if not home:
            return None
        able = {
            one.able(loan.signed_on) for one in home.members.values() if one.present(loan.signed_on)
        }
        return True if True in able else None if None in able else False

    def loan_03(self, loan: Loan) -> bool:
        born = day(f"{(number := loan.borrower_id_number)[6:10]}-{number[10:12]}-{number[12:14]}")
        return 18 <= age(born, loan.applied_on) <= 65

    def loan_04(self, loan: Loan) -> bool | None:
        found = self.records.people.get(loan.borrower_id_number)
        category = found[1].certificate[18:19] if found else "7"
        return False if category in ("5", "6") else None if category == "7" else True

    def loan_08(self, name: str, loan: Loan) -> bool | None:
        """Whether the family's poverty loans stay within 50,000 yuan on the day of signing."""
        excess = self.above_cap(name, loan)
        if excess > 0:
            return False
        days = loan.signed_on, self.day
        return True if self.records.declared("contracts", loan.county, *days) else None

    def above_cap(self, name: str, loan: Loan) -> Decimal:
        home, on = self.home(loan), loan.signed_on
        family = [loan.borrower_id_number]
        if home:
            family = [number for number, one in home.members.items() if one.present(on)]
        total = loan.principal
        for other_name, other in (pair for number in family for pair in self.families[number]):
            parent = loan.kind in ("RENEWAL", "EXTENSION") and other_name.endswith(
                "/" + (loan.parent_contract_no or "")
            )
            if (
                other_name != name
                and other.signed_on <= on
                and not parent
                and not other.converted(on)
            ):
                total += other.outstanding(on)
        return total - 50_000

    def loan_09(self, loan: Loan) -> bool:
        months = 36 if loan.signed_on < date(2017, 1, 1) else 60
        return bool(loan.matures_on <= later(loan.disbursed_on, months))

    def loan_12(self, loan: Loan) -> bool | None:
        if loan.purpose in PRODUCTIVE:
            return True
        return None if loan.purpose in (None, "UNKNOWN") else False

    def loan_13(self, loan: Loan) -> bool | None:
        return None if loan.actual_user is None else bool(loan.actual_user == {"kind": "HOUSEHOLD"})

    def policy_rate(self, bank: str, loan: Loan) -> Decimal:
        if bank.startswith("RCU") and date(2017, 1, 1) <= loan.signed_on <= date(2018, 12, 31):
            return Decimal("0.0175" if loan.county == "230231" else "0.0375")
        return Decimal("0.0435" if loan.matures_on <= later(loan.disbursed_on, 12) else "0.0475")

    def loan_23(self, loan: Loan) -> bool | None:
        if not Decimal(loan.report(self.day)["balance"]) or loan.converted(self.day):
            return True
        return self.loan_01(loan)

    def loan_30(self, loan: Loan) -> Decimal:
        lines = [one for one in loan.lines if one["settled_on"] <= str(self.day)]
        excess = self._above(loan, lines, Decimal(loan.annual_rate))
        return excess if excess > Decimal("0.01") * len(lines) else Z

    def loan_31(self, name: str, loan: Loan) -> tuple[bool | None, Decimal]:
        """Whether an ordinary loan is all right, and what it cost too much if not."""
        baseline = self.policy_rate(name.split("/")[0], loan)
        lines = [one for one in loan.lines if one["period_start"] < str(self.day)]
        if not lines or Decimal(loan.annual_rate) <= baseline:
            return True, Z
        conditions = (
            self.loan_01(loan),
            self.loan_02(loan),
            self.loan_03(loan),
            self.loan_04(loan),
            self.loan_08(name, loan),
            self.loan_09(loan),
            self.loan_12(loan),
            self.loan_13(loan),
        )
        if False in conditions:
            return True, Z
        return None if None in conditions else False, self._above(loan, lines, baseline)

    def _above(self, loan: Loan, lines: list[Row], rate: Decimal) -> Decimal:
        total = Z
        for line in lines:
            start, end = day(line["period_start"]), day(line["period_end"])
            until = min(end, self.day)
            share = Decimal(line["amount"]) * (until - start).days / (end - start).days
            total += half_up(share) - loan.reference(until, rate) + loan.reference(start, rate)
        return total

    def sub_11(self, loan: Loan) -> Decimal:
        days: set[date] = set()
        for payment in loan.payments:
            if (self.day - day(payment["paid_on"])).days > 30:
                days.update(between(payment["period_start"], payment["period_end"]))
        taken = sum(
            (
                Decimal(line["amount"])
                for line in loan.lines
                if (line["borne_by"], line["kind"]) == ("HOUSEHOLD", "NORMAL")
                and line["settled_on"] <= str(self.day)
                and days.issuperset(between(line["period_start"], line["period_end"]))
            ),
            Z,
        )
        back = (Decimal(one["amount"]) for one in loan.refunds if one["paid_on"] <= str(self.day))
        return max(Z, taken - sum(back, Z))
