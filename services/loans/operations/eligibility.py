"""May this person borrow this much for this on this day?

The same rules that screen a province are asked about one loan that does not exist yet. A refusal
by law is an answer, not an error.
"""

from typing import Any, Literal

from sqlalchemy import RowMapping, select

from kernel.access import Caller
from kernel.bulk.resource import Push
from kernel.law import Rule
from kernel.people import born_on
from kernel.problems import Fault, Invalid, NotFound
from kernel.roles import Role
from services.loans.operations.screening import law_parameters
from services.loans.queries.eligibility import FACTS_AT, HOME
from services.loans.queries.facts import ASKED_FACTS
from services.loans.rules import WHO_MAY_BORROW
from services.loans.schemas.eligibility import (
    ConditionOut,
    EligibilityIn,
    EligibilityOut,
    FactsAt,
    Wording,
)
from services.loans.vocabulary import UserKind

Verdict = Literal["met", "not_met", "undetermined"]
Overall = Literal["eligible", "ineligible", "undetermined"]

_VERDICTS: dict[bool | None, Verdict] = {True: "met", False: "not_met", None: "undetermined"}

_WEIGHED = select(
    ASKED_FACTS,
    *[rule.condition(ASKED_FACTS).label(rule.id) for rule in WHO_MAY_BORROW],
    *[
        rule.applies(ASKED_FACTS).label(f"asks {rule.id}")
        for rule in WHO_MAY_BORROW
        if rule.applies
    ],
)

_OF_HEALTH = ("LOAN-02", "LOAN-04")
"""Conditions of which a bank hears the verdict only."""


async def check_eligibility(ask: Push, asked: EligibilityIn) -> EligibilityOut:
    """Weigh every condition on `as_of`, which is the day of applying, signing and drawing.

    Raises Invalid if the place cannot be told (a stranger, and no branch given), NotFound if the
    person's household is in no division that a poverty office serves.
    """
    on = asked.as_of or ask.today
    person_key = ask.keys.person_key(asked.id_number)
    home = (
        (await ask.session.execute(HOME, {"person_key": person_key, "on": on})).mappings().first()
    )
    division = _place(ask.caller, asked, home)
    user = asked.actual_user
    values = law_parameters(on) | {
        "on": on,
        "household_key": home["household_key"] if home else ask.keys.stranger_key(person_key),
        "loan_id": None,
        "agency": _lender(ask.caller, asked),
        "division": division,
        "person_key": person_key,
        "name_key": ask.keys.name_key(asked.name),
        "born_on": born_on(asked.id_number),
        "kind": asked.kind,
        "parent_contract_no": asked.parent_contract_no,
        "amount": asked.amount,
        "annual_rate": asked.annual_rate,
        "term_months": asked.term_months,
        "purpose": asked.purpose,
        "guarantee": asked.guarantee,
        "wish_signed_on": asked.wish_signed_on,
        "attested": asked.attested,
        "actual_user_kind": user.kind if user else UserKind.HOUSEHOLD,
        "actual_user_credit_code": user.credit_code if user else None,
        "actual_user_mode": user.mode if user else None,
    }
    facts = (await ask.session.execute(_WEIGHED, values)).mappings().one()
    conditions = [
        _condition(rule, facts, ask.caller, asked)
        for rule in WHO_MAY_BORROW
        if facts.get(f"asks {rule.id}", True)
    ]
    return EligibilityOut(
        verdict=_verdict(conditions), as_of=on, conditions=conditions, facts=await _facts_at(ask)
    )


def _place(caller: Caller, asked: EligibilityIn, home: RowMapping | None) -> str:
    """The county whose law and declarations count: of the branch asked about, else of the home."""
    place = asked.branch_division or (home["county"] if home else None)
    if place is None:
        message = "This person has no household here, so say at which branch he would borrow."
        raise Invalid(
            message, errors=[Fault(pointer="/branch_division", code="missing", message=message)]
        )
    if caller.role == Role.POVERTY_OFFICE and home and not caller.serves(home["county"]):
        raise NotFound
    return str(place)


def _lender(caller: Caller, asked: EligibilityIn) -> str | None:
    """The bank that would lend: a bank asks for itself."""
    if caller.role == Role.BANK:
        if asked.bank not in (None, caller.agency):
            message = "A bank asks for itself; leave `bank` out."
            raise Invalid(
                message, errors=[Fault(pointer="/bank", code="not_your_agency", message=message)]
            )
        return caller.agency
    return asked.bank


def _condition(rule: Rule, facts: RowMapping, caller: Caller, asked: EligibilityIn) -> ConditionOut:
    verdict = _VERDICTS[facts[rule.id]]
    if rule.id == "LOAN-14" and asked.annual_rate is None and facts["policy_rate"] is not None:
        verdict = "met"  # no rate was asked about: the policy rate is the offer
    return ConditionOut(
        rule_id=rule.id,
        kind=rule.kind.value,
        wording=Wording(zh=rule.zh, en=rule.en),
        verdict=verdict,
        figures={name: _shown(facts[name]) for name in _figures(rule, caller)},
        missing=_missing(rule, facts, caller) if verdict == "undetermined" else [],
        citation=rule.cite,
        certainty=rule.certainty_for(facts).value,
    )


def _figures(rule: Rule, caller: Caller) -> tuple[str, ...]:
    """What a caller may see of what a verdict rests on."""
    if caller.role == Role.BANK and rule.id in _OF_HEALTH:
        return ()
    if caller.role == Role.BANK and rule.id == "LOAN-08":
        return ("cap", "room")  # never another bank's figures, only the room that is left
    if caller.role == Role.BANK and rule.id == "LOAN-10":
        return ("kind", "signed_on")
    return rule.figures + rule.beside


def _missing(rule: Rule, facts: RowMapping, caller: Caller) -> list[str]:
    """Blank facts and undeclared silence; a bank hears which kind, not whose."""
    named = [item for name in rule.silence for item in facts[name] or ()]
    blank = [name for name in rule.figures if facts[name] is None]
    if caller.role != Role.BANK:
        return blank + named
    if rule.id in _OF_HEALTH:
        return []
    return blank + sorted({item.partition(":")[0] for item in named})


def _shown(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int) else str(value)


def _verdict(conditions: list[ConditionOut]) -> Overall:
    verdicts = {condition.verdict for condition in conditions}
    if "not_met" in verdicts:
        return "ineligible"
    return "undetermined" if "undetermined" in verdicts else "eligible"


async def _facts_at(ask: Push) -> dict[str, FactsAt]:
    rows = (await ask.session.execute(FACTS_AT)).mappings()
    return {
        row["source"]: FactsAt(position=row["position"], as_at=row["as_at"].isoformat())
        for row in rows
    }
