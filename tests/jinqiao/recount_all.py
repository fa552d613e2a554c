"""Every rule of the catalogue (law/rules.md), judged again from the agencies' files alone.

For each rule: what is not met, with its amount where it has one; what is undetermined; and the
classes that the rule gives. Only what these files need: one regime of the national rules with the
province's terms, and for loans of the cure the next.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

from tests.jinqiao.county_files import (
    NO_CAPITAL,
    Home,
    Loan,
    Member,
    Row,
    Z,
    age,
    between,
    covers,
    day,
    half_up,
    liabilities,
)
from tests.jinqiao.recount import Judge

ATTESTED_FROM = date(2017, 8, 17)
Amounts = dict[str, Decimal | None]


@dataclass
class Found:
    not_met: Amounts = field(default_factory=dict)
    undetermined: list[str] = field(default_factory=list)
    classes: dict[str, str] = field(default_factory=dict)
    again: list[str] = field(default_factory=list)
    """Subjects found more than once under one name."""

    def take(self, name: str, verdict: bool | None, amount: Decimal | None = None) -> None:
        if verdict is None:
            self.undetermined.append(name)
        elif verdict is False and name in self.not_met:
            self.again.append(name)
        elif verdict is False:
            self.not_met[name] = amount


def least(verdicts: Iterable[bool | None]) -> bool | None:
    """False if one is, else unknown if one is, else true."""
    told = list(verdicts)
    return False if False in told else None if None in told else True


class Recount(Judge):
    """All verdicts of a business date."""

    def of(self, rule: str) -> Found:
        number = rule.replace("-", "_").lower()
        found = Found()
        if number in OF_LOANS:
            judge: Callable[[str, Loan], bool | None] = getattr(self, f"{number}_of")
            for name, loan in self.poverty:
                found.take(name, judge(name, loan), self.amount(rule, name, loan))
                if found.not_met.get(name) is not None:
                    found.classes |= self.class_of(rule, name, loan)
        else:
            getattr(self, f"judge_{number}")(found)
        return found

    @cached_property
    def poverty(self) -> list[tuple[str, Loan]]:
        return [
            (name, loan)
            for name, loan in self.records.loans.items()
            if loan.product == "POVERTY_MICRO" and loan.signed_on <= self.day
        ]

    def amount(self, rule: str, name: str, loan: Loan) -> Decimal:
        if rule == "LOAN-08":
            return self.above_cap(name, loan)
        if rule == "LOAN-30":
            return self.loan_30(loan)
        if rule == "LOAN-40":
            return self.overdue(loan)[0]
        if rule == "SUB-10":
            return self.unclaimed(loan)
        if rule == "SUB-11":
            return self.sub_11(loan)
        if rule == "SUB-12":
            return self.overpaid_by_treasury(name, loan)
        return loan.balance(self.day)

    def class_of(self, rule: str, name: str, loan: Loan) -> dict[str, str]:
        if rule == "LOAN-23":
            return {name: "N1_TO_COMMERCIAL"}
        if rule != "LOAN-20":
            return {}
        user = loan.actual_user
        if loan.disbursed_on >= date(2018, 1, 1):
            told = "E4_FORBIDDEN"
        elif user.get("at_risk"):
            told = "E3_RECALL"
        elif loan.household_aware is False or (
            user.get("mode") == "DIVIDEND" and loan.household_takes_part is False
        ):
            told = "E2_CORRECT"
        elif user.get("has_industry_base") and loan.household_aware:
            told = "E1_TRACK_CONVERT"
        else:
            return {}
        return {name: told}

    # Who may borrow.

    def loan_01_of(self, name: str, loan: Loan) -> bool | None:
        return self.loan_01(loan)

    def loan_02_of(self, name: str, loan: Loan) -> bool | None:
        return self.loan_02(loan)

    def loan_03_of(self, name: str, loan: Loan) -> bool | None:
        return self.loan_03(loan)

    def loan_04_of(self, name: str, loan: Loan) -> bool | None:
        return self.loan_04(loan) if self.home(loan) else None

    def rating(self, name: str, loan: Loan) -> tuple[bool, Row | None]:
        """Whether the bank ever rated the borrower, and the rating that counted on drawing."""
        rated = self.ratings[name.split("/")[0], loan.borrower_id_number]
        good = [
            row
            for row in rated
            if day(row["rated_on"]) <= loan.disbursed_on < day(row.get("valid_to", "9999-01-01"))
        ]
        return bool(rated), max(good, key=lambda row: str(row["rated_on"]), default=None)

    @cached_property
    def ratings(self) -> dict[tuple[str, str], list[Row]]:
        found: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for push, row in self.records.rows("ratings"):
            if row["rated_on"] <= str(self.day):
                found[push["agency"], row["id_number"]].append(row)
        return found

    def loan_05_of(self, name: str, loan: Loan) -> bool | None:
        _, rating = self.rating(name, loan)
        return None if rating is None else not rating["bad_record"]

    def loan_06_of(self, name: str, loan: Loan) -> bool | None:
        rated, rating = self.rating(name, loan)
        if rating is None:
            return False if rated else None
        return Decimal(rating["limit"]) >= loan.principal

    def loan_07_of(self, name: str, loan: Loan) -> bool | None:
        return None if loan.wish_signed_on is None else bool(loan.wish_signed_on <= loan.signed_on)

    def loan_08_of(self, name: str, loan: Loan) -> bool | None:
        return self.loan_08(name, loan)

    def loan_09_of(self, name: str, loan: Loan) -> bool | None:
        return self.loan_09(loan)

    def loan_10_of(self, name: str, loan: Loan) -> bool | None:
        if loan.kind != "NEW":
            return True
        earlier = [
            other
            for number in self.family_of(loan)
            for _, other in self.families[number]
            if other.signed_on < loan.signed_on and not other.converted(loan.signed_on)
        ]
        if any(other.outstanding(loan.signed_on) > 0 for other in earlier):
            return False
        days = loan.signed_on, self.day
        return True if self.records.declared("contracts", loan.county, *days) else None

    def family_of(self, loan: Loan) -> list[str]:
        home, on = self.home(loan), loan.signed_on
        if not home:
            return [loan.borrower_id_number]
        return [number for number, one in home.members.items() if one.present(on)]

    def loan_11_of(self, name: str, loan: Loan) -> bool | None:
        return bool(loan.guarantee == "NONE")

    def loan_12_of(self, name: str, loan: Loan) -> bool | None:
        return self.loan_12(loan)

    def loan_13_of(self, name: str, loan: Loan) -> bool | None:
        return self.loan_13(loan)

    def loan_14_of(self, name: str, loan: Loan) -> bool | None:
        return Decimal(loan.annual_rate) <= self.policy_rate(name.split("/")[0], loan)

    def loan_15_of(self, name: str, loan: Loan) -> bool | None:
        return None if loan.signed_on >= ATTESTED_FROM else True

    loan_16_of = loan_17_of = loan_15_of

    # What is noticed afterwards.

    def loan_20_of(self, name: str, loan: Loan) -> bool | None:
        if not loan.live(self.day):
            return True
        if loan.actual_user is None:
            return None
        return bool(loan.actual_user["kind"] == "HOUSEHOLD")

    def loan_23_of(self, name: str, loan: Loan) -> bool | None:
        return self.loan_23(loan)

    def loan_30_of(self, name: str, loan: Loan) -> bool | None:
        return not self.loan_30(loan)

    def overdue(self, loan: Loan) -> tuple[Decimal, date]:
        """What is overdue, and since when: as reported, else what is owed past maturity."""
        report = loan.report(self.day)
        told = Decimal(report["overdue_principal"])
        if told:
            return told, day(report["overdue_since"])
        return (loan.balance(self.day) if loan.matures_on < self.day else Z), loan.matures_on

    def loan_40_of(self, name: str, loan: Loan) -> bool | None:
        return not loan.live(self.day) or not self.overdue(loan)[0]

    def loan_42_of(self, name: str, loan: Loan) -> bool | None:
        left = (loan.matures_on - self.day).days
        if not loan.live(self.day) or not 0 <= left <= 60:
            return True
        proved = {
            one["kind"]
            for one in loan.notices
            if one.get("proof") and one["sent_on"] <= str(self.day)
        }
        return bool("WRITTEN_30" in proved or (proved and left > 30))

    def loan_60_of(self, name: str, loan: Loan) -> bool | None:
        """Of living loans, and not of those that LOAN-23 finds."""
        if not loan.live(self.day) or self.loan_01(loan) is False:
            return True
        found = self.records.people.get(loan.borrower_id_number)
        if not found:
            return None
        home, member = found
        if not home.statuses or member.name != loan.borrower_name:
            return None
        removed = any(
            status == "REMOVED" and begun <= str(self.day) < (ended or "9")
            for status, begun, ended in home.statuses
        )
        return member.present(self.day) and not removed

    def judge_loan_21(self, found: Found) -> None:
        users: dict[str, list[Loan]] = defaultdict(list)
        for name, loan in self.poverty:
            if self.loan_20_of(name, loan) is False:
                code = loan.actual_user.get("credit_code")
                if code:
                    users[code].append(loan)
                else:
                    found.take(name, None)
        for code, loans in users.items():
            families = {self.home_number(loan) for loan in loans}
            total = sum((loan.balance(self.day) for loan in loans), Z)
            found.take(code, len(families) <= 10 and total <= 300_000, total)

    def home_number(self, loan: Loan) -> str:
        home = self.home(loan)
        return home.number if home else str(loan.borrower_id_number)

    def judge_loan_22(self, found: Found) -> None:
        registered: dict[str, set[str]] = defaultdict(set)
        for home in self.records.homes.values():
            if home.registered(self.day):
                registered[home.village].add(home.number)
        loans: dict[str, list[tuple[Home, Loan]]] = defaultdict(list)
        for _, loan in self.poverty:
            home = self.home(loan)
            if home and loan.live(self.day):
                loans[home.village].append((home, loan))
        for village, homes in registered.items():
            holders = {home.number for home, _ in loans[village]} & homes
            if len(homes) < 10 or len(holders) * 100 <= len(homes) * 80:
                continue
            unfit = [least((self.loan_02(one), self.loan_04(one))) for _, one in loans[village]]
            surely, perhaps = unfit.count(False), unfit.count(False) + unfit.count(None)
            if surely * 10 > len(unfit):
                found.take(village, False)
            elif perhaps * 10 > len(unfit):
                found.take(village, None)

    def judge_loan_31(self, found: Found) -> None:
        for name, loan in self.ordinary:
            verdict, amount = self.loan_31(name, loan)
            found.take(name, verdict, amount)

    @cached_property
    def ordinary(self) -> list[tuple[str, Loan]]:
        return [
            (name, loan)
            for name, loan in self.records.loans.items()
            if loan.product in ("ORDINARY_FARM", "COMMERCIAL") and loan.signed_on <= self.day
        ]

    def judge_loan_32(self, found: Found) -> None:
        for name, loan in self.ordinary:
            verdict, excess = self.loan_31(name, loan)
            owed = excess - self.refunded(loan, "ORDINARY_RATE", "HOUSEHOLD")
            found.take(name, None if verdict is None else verdict or owed <= 0, owed)
        for name, loan in self.poverty:
            if self.loan_30(loan):
                # Every line of such a loan in these files was borne by the treasury.
                assert {line["borne_by"] for line in loan.lines} == {"TREASURY"}
                owed = self.loan_30(loan) - self.refunded(loan, "RATE_EXCESS", "TREASURY")
                found.take(name, owed <= 0, owed)

    def refunded(self, loan: Loan, cause: str | None, to: str) -> Decimal:
        return sum(
            (
                Decimal(one["amount"])
                for one in loan.refunds
                if one["to"] == to
                and cause in (None, one["cause"])
                and one["paid_on"] <= str(self.day)
            ),
            Z,
        )

    def judge_loan_41(self, found: Found) -> None:
        areas: dict[str, list[Loan]] = defaultdict(list)
        for _, loan in self.poverty:
            if loan.live(self.day):
                areas[loan.county].append(loan)
                home = self.home(loan)
                if home:
                    areas[home.village].append(loan)
                    areas[home.village[:9] + "000"].append(loan)

        def rate(loans: list[Loan]) -> Decimal:
            late = sum((self.overdue(loan)[0] for loan in loans), Z)
            return late / sum((loan.balance(self.day) for loan in loans), Z)

        for area, loans in areas.items():
            if len(area) > 6 and len(loans) >= 5:
                found.take(area, rate(loans) - rate(areas[area[:6]]) <= Decimal("0.05"))

    def judge_loan_43(self, found: Found) -> None:
        """Nobody proposed to call anybody a defaulter."""

    def judge_loan_50(self, found: Found) -> None:
        needs: dict[str, Row] = {}
        for _, row in self.records.rows("needs"):
            if row["raised_on"] <= str(self.day):
                known = needs.get(row["household_no"], row)
                needs[row["household_no"]] = max(known, row, key=lambda one: str(one["raised_on"]))
        lent = {self.home_number(loan) for _, loan in self.poverty if loan.live(self.day)}
        for home in self.records.homes.values():
            if home.registered(self.day) and NO_CAPITAL & home.causes and home.number not in lent:
                need = needs.get(home.number)
                answered = need and need.get("true_cause") and need.get("other_measure")
                if need and answered and need["state"] == "UNSUITABLE":
                    continue
                complete = self.records.declared("needs", home.county, self.day)
                complete &= self.records.declared("contracts", home.county, self.day)
                amount = Decimal(need["amount"]) if need else None
                found.take(home.number, False if complete else None, amount)

    # Subsidy.

    def payments(self) -> Iterator[tuple[str, Loan, Row]]:
        for name, loan in self.poverty:
            for row in sorted(loan.payments, key=lambda one: (one["paid_on"], one["payment_no"])):
                if row["paid_on"] <= str(self.day):
                    yield name, loan, row

    def entitled(self, name: str, loan: Loan) -> bool | None:
        """SUB-01 but for the period: every loan here is drawn where it would be judged alike."""
        return least(
            (
                self.loan_01(loan),
                self.loan_12(loan),
                self.loan_13(loan),
                self.loan_14_of(name, loan),
            )
        )

    def judge_sub_01(self, found: Found) -> None:
        for name, loan, row in self.payments():
            past = loan.converted(self.day) and row["period_end"] > self.ends(loan)
            found.take(row["payment_no"], False if past else self.entitled(name, loan))

    def ends(self, loan: Loan) -> str:
        report = loan.report(self.day)
        ends = [str(loan.matures_on)]
        ends += [report[one] for one in ("converted_on", "closed_on") if report.get(one)]
        return min(ends)

    def judge_sub_02(self, found: Found) -> None:
        paid: dict[str, set[date]] = defaultdict(set)
        for name, loan, row in self.payments():
            start, end = row["period_start"], row["period_end"]
            days = between(start, end)
            within = str(loan.disbursed_on) <= start < end <= self.ends(loan)
            found.take(row["payment_no"], within and not days & paid[name], Decimal(row["amount"]))
            paid[name] |= days

    def judge_nothing(self, found: Found) -> None:
        """SUB-03 to 06 judge the lines of claims, and no bank has claimed through the exchange."""

    judge_sub_03 = judge_sub_04 = judge_sub_05 = judge_sub_06 = judge_nothing

    def borne(self, loan: Loan) -> list[Row]:
        return [
            line
            for line in loan.lines
            if (line["borne_by"], line["kind"]) == ("HOUSEHOLD", "NORMAL")
            and line["settled_on"] <= str(self.day)
            and (self.day - day(line["period_end"])).days > 90
        ]

    def unclaimed(self, loan: Loan) -> Decimal:
        return sum(
            (min(Decimal(one["amount"]), self.due(loan, one)) for one in self.borne(loan)), Z
        )

    def due(self, loan: Loan, line: Row) -> Decimal:
        return self.rises(loan, day(line["period_start"]), day(line["period_end"]))

    def rises(self, loan: Loan, start: date, end: date) -> Decimal:
        rate = Decimal(loan.annual_rate)
        return loan.reference(end, rate) - loan.reference(start, rate)

    def sub_10_of(self, name: str, loan: Loan) -> bool | None:
        paid = any(row["paid_on"] <= str(self.day) for row in loan.payments)
        entitled = self.entitled(name, loan)
        if not self.borne(loan) or paid or entitled is False:
            return True
        complete = self.records.declared("payments", loan.county, self.day)
        return False if entitled and complete else None

    def sub_11_of(self, name: str, loan: Loan) -> bool | None:
        return not self.sub_11(loan)

    def overpaid_by_treasury(self, name: str, loan: Loan) -> Decimal:
        """SUB-12: a day paid twice has its reference once; the part above the cap has none."""
        above = max(Z, self.above_cap(name, loan))
        rate = Decimal(loan.annual_rate) * (loan.principal - above) / loan.principal
        days: set[date] = set()
        paid = Z
        for row in loan.payments:
            if row["paid_on"] <= str(self.day):
                days |= between(row["period_start"], row["period_end"])
                paid += Decimal(row["amount"])
        reference = sum(
            (
                loan.reference(end, rate) - loan.reference(start, rate)
                for start, end in stretches(days)
            ),
            Z,
        )
        return paid - reference - self.refunded(loan, None, "TREASURY")

    def sub_12_of(self, name: str, loan: Loan) -> bool | None:
        return self.overpaid_by_treasury(name, loan) <= 0

    # Insurance.

    @cached_property
    def covered(self) -> dict[str, list[tuple[str, str, str]]]:
        return covers(self.records)

    @cached_property
    def products(self) -> dict[tuple[str, str], Row]:
        return liabilities(self.records)

    def judge_ins_01(self, found: Found) -> None:
        for home in self.records.homes.values():
            for number, member in home.members.items():
                old_enough = (self.day - member.born).days >= 28
                if not (
                    member.present(self.day) and old_enough and age(member.born, self.day) <= 90
                ):
                    continue
                bare = not any(
                    begun <= str(self.day) < ended for _, begun, ended in self.covered[number]
                )
                registered = home.registered(self.day)
                if registered is not False and bare:
                    complete = self.records.declared("policies", home.county, self.day)
                    found.take(home.number, False if registered and complete else None)

    @cached_property
    def incidents(self) -> dict[str, Row]:
        """As last told."""
        return {row["incident_no"]: row for _, row in self.records.rows("incidents")}

    @cached_property
    def claims(self) -> list[Row]:
        return [
            row for _, row in self.records.rows("claims") if row["reported_on"] <= str(self.day)
        ]

    def policy_for(self, number: str, on: str, kind: str) -> tuple[bool, Row | None]:
        """Whether a person was covered on a day, and the liability for a kind of incident."""
        for product, begun, ended in self.covered[number]:
            if begun <= on < ended:
                liability = self.products.get((product, kind))
                years = age(self.person(number).born, day(on))
                if liability and years > int(liability["max_age"] or 200):
                    liability = None
                return True, liability
        return False, None

    def person(self, number: str) -> Member:
        return self.records.people[number][1]

    def due_for(self, incident: Row, kind: str) -> Decimal | None:
        _, liability = self.policy_for(incident["id_number"], incident["on"], kind)
        if liability is None:
            return None
        total = Decimal(liability["sum"])
        if liability["basis"] == "PER_DAY":
            told = incident["hospital_days"]
            return half_up(total * int(told)) if told else None
        if liability["basis"] == "LOSS":
            return half_up(min(Decimal(incident["loss"]), total)) if incident["loss"] else None
        if liability["shared_by_household"] == "true":
            home = self.records.people[incident["id_number"]][0]
            together = sum(
                any(begun <= incident["on"] < ended for _, begun, ended in self.covered[number])
                for number in home.members
            )
            return half_up(total / together)
        return half_up(total)

    def judge_ins_02(self, found: Found) -> None:
        answered = {row["incident_no"] for row in self.claims} | {
            (row["id_number"], row["kind"], row["incident_on"]) for row in self.claims
        }
        for number, row in self.incidents.items():
            known = number in answered or (row["id_number"], row["kind"], row["on"]) in answered
            if known or (self.day - day(row["on"])).days <= 30:
                continue
            is_covered, liability = self.policy_for(row["id_number"], row["on"], row["kind"])
            if not is_covered:
                continue
            if row["kind"] == "UNKNOWN":
                found.take(number, None)
            elif liability:
                found.take(number, False, self.due_for(row, row["kind"]))

    @cached_property
    def changes(self) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = defaultdict(list)
        for _, row in self.records.rows("claim-status-changes"):
            if row["on"] <= str(self.day):
                found[row["claim_no"]].append(row)
        for rows in found.values():
            rows.sort(key=lambda row: int(row["version"]))
        return found

    def incident_of(self, claim: Row) -> Row:
        if claim["incident_no"]:
            return self.incidents[claim["incident_no"]]
        name = claim["id_number"], claim["incident_on"], claim["kind"]
        return next(
            row
            for row in self.incidents.values()
            if (row["id_number"], row["on"], row["kind"]) == name
        )

    def judge_ins_03(self, found: Found) -> None:
        for claim in self.claims:
            clocks = self.clocks(day(claim["reported_on"]), self.changes[claim["claim_no"]])
            late = any(((ended or self.day) - begun).days > limit for begun, ended, limit in clocks)
            found.take(claim["claim_no"], not late)

    def clocks(self, received: date, changes: list[Row]) -> Iterator[tuple[date, date | None, int]]:
        """Each clock: when it began, when it ended if it did, and its days."""

        def first(states: str, rows: list[Row]) -> date | None:
            return next((day(row["on"]) for row in rows if row["state"] in states.split()), None)

        ends = first("APPROVED REJECTED WITHDRAWN", changes)
        stopped = timedelta(0)
        for position, row in enumerate(changes):
            if row["state"] == "DOCS_PENDING":
                stopped = day(changes[position + 1]["on"]) - day(row["on"])
                break
        yield received + stopped, ends, 30
        yield received, first("PREPAID APPROVED REJECTED WITHDRAWN", changes), 60
        rounds: list[list[Row]] = [[]]
        for row in changes:
            if rounds[-1] and rounds[-1][-1]["state"] == "CLOSED":
                rounds.append([])
            rounds[-1].append(row)
        for rows in rounds:
            agreed = first("APPROVED", rows)
            if agreed:
                yield agreed, first("PAID", rows), 10
            for row in rows:
                if row["state"] == "REJECTED":
                    told = row["notified_on"]
                    yield day(row["on"]), day(told) if told else None, 3

    def judge_ins_04(self, found: Found) -> None:
        for claim in self.claims:
            paid = [
                Decimal(row["amount"])
                for row in self.changes[claim["claim_no"]]
                if row["state"] in ("PAID", "PREPAID")
            ]
            if paid:
                due = self.due_for(self.incident_of(claim), claim["kind"])
                short = None if due is None else due - sum(paid, Z)
                verdict = None if short is None else short <= 0
                found.take(claim["claim_no"], verdict, short)

    def judge_ins_05(self, found: Found) -> None:
        for claim in self.claims:
            rows = [row for row in self.changes[claim["claim_no"]] if row["state"] != "CLOSED"]
            last = rows[-1] if rows else None
            if last and last["state"] in ("REJECTED", "WITHDRAWN"):
                incident = self.incident_of(claim)
                _, liability = self.policy_for(claim["id_number"], incident["on"], claim["kind"])
                good = last["reason_code"] and last["second_look_on"]
                found.take(claim["claim_no"], bool(good) or liability is None)


OF_LOANS = {
    *(f"loan_{number:02d}" for number in (*range(1, 18), 20, 23, 30, 40, 42, 60)),
    *("sub_10", "sub_11", "sub_12"),
}
"""Rules that judge poverty loan by poverty loan."""


def stretches(days: set[date]) -> Iterator[tuple[date, date]]:
    """Days that follow one another, as first day and the day after the last."""
    one = timedelta(1)
    for first in sorted(each for each in days if each - one not in days):
        last = first
        while last + one in days:
            last += one
        yield first, last + one
