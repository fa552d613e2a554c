"""What was asked and answered, kept with the records it rested on, and read back.

The last answer is evidence (design, decision 14): it is kept as it was given, with the words of its
day, and with who asked. What was asked is encrypted, since it holds a name and an ID number.
"""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from kernel.access import Caller
from kernel.bulk.reads import Reads
from kernel.bulk.resource import Push
from kernel.crypto import Keys
from kernel.law import Kind
from kernel.roles import May, Role
from services.loans.operations.eligibility.questions import Question
from services.loans.operations.eligibility.weighing import Condition, Overall
from services.loans.queries import eligibility as queries
from services.loans.rules import WHO_MAY_BORROW
from services.loans.schemas.eligibility import CheckListedOut, CheckOut, ReservationOut

_QUESTION = "loans.eligibility_check.question"
_WHO = ("name", "id_number")

_REMEDIES = {
    Kind.SOFT: {
        "zh": "原则上的条件: 记录例外及其理由后可以通过",
        "en": "Asked in principle: an exception on record, with its reason, passes it.",
    },
    Kind.FLAG: {
        "zh": "须由人员核实后决定",
        "en": "A person must look and decide; it is no refusal by itself.",
    },
    Kind.ATTEST: {
        "zh": "以有关人员的书面认定为准",
        "en": "It rests on somebody's yes or no on record.",
    },
}

WORDS = [
    {
        "rule_id": rule.id,
        "kind": rule.kind.value,
        "wording": {"zh": rule.zh, "en": rule.en},
        "remedy": _REMEDIES.get(rule.kind),
        "citation": rule.cite,
    }
    for rule in WHO_MAY_BORROW
]
"""What is told of each condition whoever asks."""

_TOLD = json.dumps(WORDS)
_WORDS_ID = UUID(bytes=hashlib.sha256(_TOLD.encode()).digest()[:16])
_BY_RULE = {str(words["rule_id"]): words for words in WORDS}


@dataclass(frozen=True, slots=True)
class Answer:
    """What one question is answered."""

    question: Question
    verdict: Overall
    conditions: list[Condition]
    reservation: ReservationOut | None


def with_words(condition: Condition, words: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A condition with its words: today's, or those of the day it was answered on."""
    return {**(words or _BY_RULE[condition["rule_id"]]), **condition}


async def keep(
    ask: Push,
    answers: Sequence[Answer],
    weighed: Mapping[UUID, RowMapping],
    facts: Mapping[str, Any],
) -> None:
    """Keep these answers with what was asked and the records that they rest on."""
    sources = await _sources(ask, answers, weighed)
    checks = [_kept(ask.keys, each, sources.get(each.question.check_id, [])) for each in answers]
    words = {"words_id": _WORDS_ID, "words": _TOLD}
    await ask.session.execute(queries.KEEP_WORDS, words)
    caller = ask.caller
    values = {
        "agency": caller.agency,
        "client_id": caller.client_id,
        "sub": caller.sub,
        "asked_at": ask.now,
        "words_id": _WORDS_ID,
        "facts": json.dumps(facts),
        "checks": json.dumps(checks, default=str),
    }
    await ask.session.execute(queries.KEEP_CHECKS, values)


def _kept(keys: Keys, answer: Answer, sources: list[dict[str, Any]]) -> dict[str, Any]:
    question, held = answer.question, answer.reservation
    sealed = keys.seal(_QUESTION, question.person_key, question.asked.model_dump_json())
    return {
        "household_key": question.household_key,
        "id": question.check_id,
        "as_of": question.on,
        "division": question.division,
        "bank": question.bank,
        "person_key": question.person_key,
        "question": base64.b64encode(sealed).decode(),
        "verdict": answer.verdict,
        "conditions": answer.conditions,
        "sources": sources,
        "reservation_id": held.reservation_id if held else None,
    }


async def _sources(
    ask: Push, answers: Sequence[Answer], weighed: Mapping[UUID, RowMapping]
) -> dict[UUID, list[dict[str, Any]]]:
    """The records that each answer rests on, by its check."""
    found: dict[UUID, list[dict[str, Any]]] = {}
    for on in {answer.question.on for answer in answers}:
        asked = [
            {
                "loan_id": each.question.check_id,
                "person_key": each.question.person_key,
                "home_key": weighed[each.question.check_id]["home_key"],
                "agency": each.question.bank,
                "county": weighed[each.question.check_id]["county"],
            }
            for each in answers
            if each.question.on == on
        ]
        values = {"asked": json.dumps(asked, default=str), "on": on}
        for row in (await ask.session.execute(queries.SOURCES, values)).mappings():
            source = dict(row)
            found.setdefault(source.pop("loan_id"), []).append(source)
    return found


_HOME = ("household", "households declared")
_FAMILY = ("household", "contract", "repayment", "contracts declared")
_RESTS_ON: dict[str, tuple[str, ...]] = {
    "LOAN-01": _HOME,
    "LOAN-02": ("household",),
    "LOAN-04": ("household",),
    "LOAN-05": ("rating", "question"),
    "LOAN-06": ("rating", "question"),
    "LOAN-08": (*_FAMILY, "reservation", "question"),
    "LOAN-10": (*_FAMILY, "question"),
}
"""By condition the subjects of its sources; every other one rests on the question alone."""

_OF_HEALTH = ("LOAN-02", "LOAN-04")
_OF_BANKS = ("contract", "repayment", "rating", "reservation", "contracts declared")


def _trace(row: Mapping[str, Any], caller: Caller) -> list[dict[str, Any]]:
    """What each condition rests on, as a caller may see it."""
    asked = {
        "subject": "question",
        "service": "loans",
        "agency": row["agency"],
        "id": row["id"],
        "version": None,
        "as_at": row["as_of"],
        "recorded_at": row["asked_at"],
    }
    seen = [asked, *[each for each in row["sources"] if _sees(caller, each)]]
    return [
        {"rule_id": rule_id, "sources": _sources_of(rule_id, seen, caller)}
        for rule_id in (condition["rule_id"] for condition in row["conditions"])
    ]


def _sources_of(
    rule_id: str, seen: Sequence[Mapping[str, Any]], caller: Caller
) -> list[Mapping[str, Any]]:
    if caller.role == Role.BANK and rule_id in _OF_HEALTH:
        return []
    subjects = _RESTS_ON.get(rule_id, ("question",))
    return [source for source in seen if source["subject"] in subjects]


def _sees(caller: Caller, source: Mapping[str, Any]) -> bool:
    """A bank sees no record of another bank."""
    of_a_bank = source["subject"] in _OF_BANKS
    return caller.role != Role.BANK or not of_a_bank or source["agency"] == caller.agency


def _listed(keys: Keys, caller: Caller, row: Mapping[str, Any]) -> CheckListedOut:
    return CheckListedOut.model_validate(_shown(keys, caller, row))


def _whole(keys: Keys, caller: Caller, row: Mapping[str, Any]) -> CheckOut:
    return CheckOut.model_validate({**_shown(keys, caller, row), "trace": _trace(row, caller)})


def _shown(keys: Keys, caller: Caller, row: Mapping[str, Any]) -> dict[str, Any]:
    question = json.loads(keys.open(_QUESTION, row["person_key"], row["question"]))
    words = {each["rule_id"]: each for each in row["words"]}
    return {
        **row,
        "check_id": row["id"],
        "person_ref": keys.subject_ref(caller.agency, row["person_key"]),
        "question": {name: value for name, value in question.items() if name not in _WHO},
        "conditions": [with_words(each, words[each["rule_id"]]) for each in row["conditions"]],
    }


_FILTERS = ("agency", "as_of", "bank", "division", "verdict")
CHECKS_LISTED = Reads(queries.CHECKS, CheckListedOut, May.ELIGIBILITY_ASK, _FILTERS, _listed)
CHECKS_WHOLE = Reads(queries.CHECKS, CheckOut, May.ELIGIBILITY_ASK, (), _whole)
