"""What law says of each question: every condition, and what the asker may see of it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import groupby
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncSession

from kernel.crypto import Keys
from kernel.law import Kind, Rule
from kernel.people import born_on
from kernel.roles import Role
from services.loans.operations.eligibility.questions import Question
from services.loans.operations.screening import law_parameters
from services.loans.queries.facts import ASKED_FACTS
from services.loans.rules import WHO_MAY_BORROW
from services.loans.vocabulary import UserKind

Verdict = Literal["met", "not_met", "undetermined"]
Overall = Literal["eligible", "ineligible", "undetermined"]

Condition = dict[str, Any]
"""A condition as answered, without its words: rule_id, verdict, figures, missing, certainty."""

_VERDICTS: dict[bool | None, Verdict] = {True: "met", False: "not_met", None: "undetermined"}

_OF_HEALTH = ("LOAN-02", "LOAN-04")
"""Conditions of which a bank hears the verdict only."""

_OF_OTHER_BANKS = {"LOAN-08": ("cap", "room"), "LOAN-10": ("kind", "signed_on")}
"""What a bank sees of conditions that rest on other banks' loans: its own question, and the room
that is left."""

_BESIDE = {"LOAN-08": ("reserved",)}
"""What a check shows beside the figures of a screening."""

_NAMES_AGENCIES = ("contracts", "households", "repayments")
"""Kinds of missing facts behind which an agency or place stands."""


def _applies(rule: Rule) -> str:
    """The column that says whether the law of the day asks this at all."""
    return f"asks {rule.id}"


_NEEDED = sorted(
    {"loan_id", "home_key", "county"}
    | {
        name
        for rule in WHO_MAY_BORROW
        for name in (
            *rule.figures,
            *rule.beside,
            *rule.silence,
            *rule.assumed,
            *_BESIDE.get(rule.id, ()),
        )
    }
)
_WEIGHED = select(
    *[ASKED_FACTS.c[name] for name in _NEEDED],
    *[rule.condition(ASKED_FACTS).label(rule.id) for rule in WHO_MAY_BORROW],
    *[rule.applies(ASKED_FACTS).label(_applies(rule)) for rule in WHO_MAY_BORROW if rule.applies],
)


async def weighed(
    session: AsyncSession, keys: Keys, questions: Sequence[Question]
) -> dict[UUID, RowMapping]:
    """Facts and verdicts of each question, by its check: one statement for each day asked about."""
    found: dict[UUID, RowMapping] = {}
    for on, of_day in groupby(sorted(questions, key=lambda q: q.on), key=lambda q: q.on):
        asked = json.dumps([_loan(keys, question) for question in of_day], default=str)
        rows = await session.execute(_WEIGHED, {**_law(on), "on": on, "asked": asked})
        found |= {row["loan_id"]: row for row in rows.mappings()}
    return found


@lru_cache(maxsize=16)
def _law(on: date) -> Mapping[str, Any]:
    return law_parameters(on)


def _loan(keys: Keys, question: Question) -> dict[str, Any]:
    """The loan that does not exist yet, as the facts statement takes it."""
    asked = question.asked
    user = asked.actual_user
    return {
        "loan_id": question.check_id,
        "household_key": question.household_key,
        "agency": question.bank,
        "division": question.division,
        "person_key": question.person_key,
        "name_key": keys.name_key(asked.name),
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


def conditions(facts: RowMapping, question: Question, role: Role) -> list[Condition]:
    """Every condition of the day's law with its verdict, as a caller of this role may see it."""
    return [
        _condition(rule, facts, question, role)
        for rule in WHO_MAY_BORROW
        if facts.get(_applies(rule), True)
    ]


def _condition(rule: Rule, facts: RowMapping, question: Question, role: Role) -> Condition:
    verdict = _VERDICTS[facts[rule.id]]
    if rule.id == "LOAN-14" and question.asked.annual_rate is None and facts["policy_rate"]:
        verdict = "met"  # no rate was asked about: the policy rate is the offer
    return {
        "rule_id": rule.id,
        "verdict": verdict,
        "figures": {name: _shown(facts[name]) for name in _figures(rule, role)},
        "missing": _missing(rule, facts, role) if verdict == "undetermined" else [],
        "certainty": rule.certainty_for(facts).value,
    }


def _figures(rule: Rule, role: Role) -> tuple[str, ...]:
    """What a caller may see of what a verdict rests on."""
    if role == Role.BANK and rule.id in _OF_HEALTH:
        return ()
    if role == Role.BANK and rule.id in _OF_OTHER_BANKS:
        return _OF_OTHER_BANKS[rule.id]
    return rule.figures + rule.beside + _BESIDE.get(rule.id, ())


def _missing(rule: Rule, facts: RowMapping, role: Role) -> list[str]:
    """Blank facts and undeclared silence; a bank hears which kind, not whose."""
    if role == Role.BANK and rule.id in _OF_HEALTH:
        return []
    blank = [name for name in rule.figures if facts[name] is None]
    named = [item for name in rule.silence for item in facts[name] or ()]
    if role != Role.BANK:
        return blank + named
    return blank + sorted({_kind_of(item) for item in named})


def _kind_of(item: str) -> str:
    kind = item.partition(":")[0]
    return kind if kind in _NAMES_AGENCIES else item


def _shown(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int) else str(value)


def overall(found: Iterable[Condition]) -> Overall:
    """One condition not met: ineligible. Else one undetermined: undetermined.

    What a person must look at refuses nobody by itself, it leaves the answer open (law/policy.md,
    ELIG-04: human review, never automatic refusal).
    """
    verdicts = {
        "undetermined"
        if each["rule_id"] in _LOOKED_AT and each["verdict"] == "not_met"
        else each["verdict"]
        for each in found
    }
    if "not_met" in verdicts:
        return "ineligible"
    return "undetermined" if "undetermined" in verdicts else "eligible"


_LOOKED_AT = frozenset(rule.id for rule in WHO_MAY_BORROW if rule.kind == Kind.FLAG)


_FINAL = frozenset(rule.id for rule in WHO_MAY_BORROW if rule.kind in (Kind.HARD, Kind.ATTEST))


def may_hold(found: Iterable[Condition]) -> bool:
    """Whether room may be held: unless a hard or attested condition is not met.

    What is undetermined may still turn out met, what is asked in principle has exceptions, and
    what a person must look at has not been refused; so room is held for these meanwhile. What is
    known to be over the cap is held for nobody.
    """
    return not any(each["verdict"] == "not_met" and each["rule_id"] in _FINAL for each in found)
