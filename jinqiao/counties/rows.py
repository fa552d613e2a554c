"""What the agencies hand over, row by row, in the words of design/fields.md."""

import hashlib
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from jinqiao.counties.county import County
from jinqiao.counties.export import education
from jinqiao.counties.households import Amendment, Household
from jinqiao.counties.insurance import Claim, Incident, Policy, Product
from jinqiao.counties.interest import days
from jinqiao.counties.lending import Loan, Notice, Rating, report_days
from jinqiao.counties.people import Person
from jinqiao.counties.places import HANDED_OVER

Row = dict[str, object]

HOUSEHOLD_VERSION = 3000
"""The county's own rows come after every yearly export, whose version is its year."""


def household(home: Household, count: int, amendment: Amendment) -> Row:
    statuses = home.statuses() if amendment.statuses is None else amendment.statuses
    return {
        "household_no": home.number,
        "village_code": home.village.code,
        "attribute": home.attribute,
        "main_cause": home.cause,
        "other_causes": list(home.other_causes),
        "statuses": [
            {"status": status, "valid_from": str(begun)}
            | ({"valid_to": str(ended)} if ended else {})
            for status, begun, ended in statuses
        ],
        "members": [
            _member(home, number, member, amendment.as_at)
            for number, member in enumerate(home.members, start=1)
            if member.joined_on is None or member.joined_on <= amendment.as_at
        ],
        "per_capita_income": f"{home.income}.00",
        "as_at": str(amendment.as_at),
        "source_version": HOUSEHOLD_VERSION + count,
    }


def needs(home: Household) -> Iterator[Row]:
    for need in home.needs:
        yield _known(
            {
                "need_no": need.number,
                "household_no": home.number,
                "amount": money(need.amount),
                "use": need.use,
                "raised_on": str(need.raised_on),
                "state": need.state,
                "bank": need.bank,
                "true_cause": need.true_cause,
                "other_measure": need.other_measure,
            }
        )


def _member(home: Household, number: int, member: Person, as_at: date) -> Row:
    return _known(
        {
            "member_no": f"{home.number}{number:02d}",
            "name": member.name,
            "id_number": member.id_number + member.disability,
            "relation": member.relation,
            "labour_skill": member.labour_at(as_at),
            "health": list(member.health),
            "education": education(member, as_at),
            "joined_on": _day(member.joined_on),
            "left_on": _day(member.left_on),
            "died_on": _day(member.died_on),
        }
    )


def reports(loan: Loan) -> list[Row]:
    """The contract as the bank reported it, time and again."""
    return [report(loan, as_at, count) for count, as_at in enumerate(report_days(loan), start=1)]


def report(loan: Loan, as_at: date, version: int) -> Row:
    """The contract as the bank reported it on one day."""
    late = loan.overdue_since is not None and loan.overdue_since <= as_at
    closed = loan.closed_on if loan.closed_on and loan.closed_on <= as_at else None
    converted = loan.converted_on if loan.converted_on and loan.converted_on <= as_at else None
    return _known(
        {
            "contract_no": loan.number,
            "branch_division": loan.branch,
            "borrower_name": loan.name_given or loan.borrower.name,
            "borrower_id_number": loan.borrower.id_number,
            "kind": loan.kind,
            "parent_contract_no": loan.parent.number if loan.parent else None,
            "product": loan.product,
            "principal": money(loan.principal),
            "annual_rate": f"{loan.annual_rate:.4f}",
            "convention": loan.convention,
            "settlement": loan.settlement,
            "applied_on": str(loan.applied_on),
            "signed_on": str(loan.signed_on),
            "disbursed_on": str(loan.disbursed_on),
            "matures_on": str(loan.matures_on),
            "purpose": loan.purpose,
            "purpose_text": loan.purpose_text,
            "guarantee": loan.guarantee,
            "wish_signed_on": None if loan.wish_blank else str(loan.wished_on or loan.applied_on),
            "actual_user": loan.user,
            "household_aware": loan.aware,
            "household_takes_part": loan.takes_part,
            "balance": money(loan.outstanding(as_at)),
            "overdue_principal": money(loan.outstanding(as_at)) if late else "0.00",
            "overdue_since": _day(loan.overdue_since) if late else None,
            "five_class": loan.five_class if late else 1,
            "closed_on": _day(closed),
            "converted_to": "COMMERCIAL" if converted else None,
            "converted_on": _day(converted),
            "as_at": str(as_at),
            "source_version": version,
        }
    )


def ratings(loan: Loan) -> list[Rating]:
    """The bank's ratings of the borrower: as the story says, else one that is good for the loan."""
    if loan.ratings is not None:
        return loan.ratings
    limit = max(loan.principal, Decimal(30_000) if loan.principal < 30_000 else Decimal(50_000))
    rated_on = loan.applied_on + days(2)
    return [Rating(limit, rated_on, rated_on + days(3 * 365))]


def rating(loan: Loan, one: Rating) -> Row:
    return {
        "id_number": loan.borrower.id_number,
        "grade": "AA" if one.limit >= 50_000 else "A",
        "limit": money(one.limit),
        "rated_on": str(one.rated_on),
        "valid_to": str(one.valid_to),
        "bad_record": one.bad_record,
    }


def lines(loan: Loan) -> Iterator[Row]:
    for number, line in enumerate(sorted(loan.lines, key=lambda line: line.start), start=1):
        linked = "LINKED_CARD" if loan.product == "POVERTY_MICRO" else "OTHER"
        yield _known(
            {
                "contract_no": loan.number,
                "line_no": str(number),
                "kind": line.kind,
                "period_start": str(line.start),
                "period_end": str(line.end),
                "base": money(line.base),
                "amount": money(line.amount),
                "settled_on": str(line.settled_on),
                "borne_by": line.borne_by,
                "account_kind": linked if line.borne_by == "HOUSEHOLD" else None,
            }
        )


def repayments(loan: Loan, until: date = HANDED_OVER) -> Iterator[Row]:
    """Principal as it came back, with the interest the household paid on the same day."""
    for number, (paid_on, part) in enumerate(loan.repaid, start=1):
        interest = sum(
            (
                line.amount
                for line in loan.lines
                if line.settled_on == paid_on and line.borne_by == "HOUSEHOLD"
            ),
            Decimal(0),
        )
        if paid_on <= until:
            yield {
                "contract_no": loan.number,
                "repayment_no": str(number),
                "principal": money(part),
                "interest": money(interest),
                "penalty": "0.00",
                "paid_on": str(paid_on),
            }


def refunds(loan: Loan) -> Iterator[Row]:
    for number, refund in enumerate(loan.refunds, start=1):
        yield _known(
            {
                "contract_no": loan.number,
                "refund_no": str(number),
                "amount": money(refund.amount),
                "paid_on": str(refund.paid_on),
                "cause": refund.cause,
                "to": refund.to,
                "baseline_rate": None if refund.baseline is None else f"{refund.baseline:.4f}",
            }
        )


def notices(loan: Loan, until: date = HANDED_OVER) -> Iterator[Row]:
    """The reminders sent before a poverty loan fell due."""
    ordinary = [
        Notice(kind, loan.matures_on - days(before))
        for kind, before in (("REMIND_60", 63), ("WRITTEN_30", 34))
    ]
    for notice in ordinary if loan.notices is None else loan.notices:
        name = f"{loan.bank}/{loan.number}/{notice.kind}"
        if loan.disbursed_on < notice.sent_on <= until:
            yield _known(
                {
                    "contract_no": loan.number,
                    "kind": notice.kind,
                    "sent_on": str(notice.sent_on),
                    "proof": hashlib.sha256(name.encode()).hexdigest() if notice.proved else None,
                }
            )


def plans(loan: Loan) -> Iterator[Row]:
    if loan.plan:
        amount = money(loan.outstanding(loan.plan.agreed_on))
        yield _known(
            {
                "contract_no": loan.number,
                "agreed_on": str(loan.plan.agreed_on),
                "helper": loan.plan.helper,
                "instalments": [{"due_on": str(loan.plan.due_on), "amount": amount}],
            }
        )


def payments(county: County, loan: Loan) -> Iterator[Row]:
    for payment in loan.payments:
        yield {
            "payment_no": payment.number,
            "county": county.place.division,
            "bank": loan.bank,
            "contract_no": loan.number,
            "period_start": str(payment.start),
            "period_end": str(payment.end),
            "amount": money(payment.amount),
            "paid_on": str(payment.paid_on),
        }


def product(one: Product) -> Row:
    row: Row = {"product_code": one.code}
    for number, liability in enumerate(one.liabilities, start=1):
        at = f"liabilities.{number}."
        row[at + "kind"] = liability.kind
        row[at + "basis"] = liability.basis
        row[at + "sum"] = money(liability.sum)
        row[at + "shared_by_household"] = "true" if liability.shared_by_household else "false"
        row[at + "max_age"] = liability.max_age or ""
    return row


def policy(one: Policy, product_code: str) -> Row:
    row: Row = {
        "policy_no": one.number,
        "product_code": product_code,
        "valid_from": str(one.valid_from),
        "valid_to": str(one.valid_to),
    }
    for number, cover in enumerate(one.covered, start=1):
        at = f"covered.{number}."
        row[at + "name"] = cover.person.name
        row[at + "id_number"] = cover.person.id_number
        row[at + "from"] = _day(cover.start) or ""
        row[at + "to"] = _day(cover.end) or ""
    return row


def incident(one: Incident) -> Row:
    return {
        "incident_no": one.number,
        "id_number": one.person.id_number,
        "name": one.person.name,
        "kind": one.kind,
        "on": str(one.on),
        "hospital_days": one.hospital_days or "",
        "loss": "" if one.loss is None else money(one.loss),
    }


def claim(one: Incident, told: Claim, policy_no: str) -> Row:
    return {
        "claim_no": told.number,
        "policy_no": policy_no,
        "id_number": one.person.id_number,
        "kind": told.kind,
        "incident_on": str(one.on),
        "reported_on": str(told.reported_on),
        "incident_no": one.number if told.names_incident else "",
    }


def claim_changes(told: Claim) -> Iterator[Row]:
    for version, change in enumerate(told.changes, start=1):
        yield {
            "claim_no": told.number,
            "version": version,
            "state": change.state,
            "on": str(change.on),
            "amount": "" if change.amount is None else money(change.amount),
            "reason_code": change.reason_code or "",
            "second_look_on": _day(change.second_look_on) or "",
            "notified_on": _day(change.notified_on) or "",
        }


def money(amount: Decimal) -> str:
    return f"{amount:.2f}"


def _day(day: date | None) -> str | None:
    return str(day) if day else None


def _known(row: Row) -> Row:
    return {name: value for name, value in row.items() if value is not None}
