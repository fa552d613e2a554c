"""Eligibility checks: one question, or many at once, by the same statements."""

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from kernel.bulk.preparing import validated
from kernel.bulk.resource import Outcome, Push, Raw, Verdict
from kernel.problems import Problem
from kernel.roles import Role
from services.loans.operations.eligibility.evidence import Answer, keep, with_words
from services.loans.operations.eligibility.questions import Question, understood
from services.loans.operations.eligibility.reservations import hold, lock_household
from services.loans.operations.eligibility.weighing import (
    Condition,
    conditions,
    may_hold,
    overall,
    weighed,
)
from services.loans.projections import PROJECTIONS
from services.loans.queries.eligibility import FACTS_AT
from services.loans.schemas.eligibility import ConditionOut, EligibilityIn, EligibilityOut

MOST_PEOPLE = 10_000
"""Questions of one bulk call."""

_CHUNK = 1_000
"""Questions of one statement, so that none takes longer than a request's statement may."""

_SOURCES = [projection.source for projection in PROJECTIONS]


async def check_eligibility(ask: Push, asked: EligibilityIn) -> EligibilityOut:
    """Weigh every condition on `as_of`, which is the day of applying, signing and drawing.

    With `reserve`, room is held as well, unless a condition that nothing can pass is not met.
    Raises Invalid if the place cannot be told or is not the caller's, or the day has not come;
    NotFound if the person's household is in no division that a poverty office serves.
    """
    questions, refused = await understood(ask, [(1, asked)])
    for _, problem in refused:
        raise problem
    [question] = questions
    if asked.reserve:
        await lock_household(ask, question)
    facts = await _facts_at(ask)
    found = await weighed(ask.session, ask.keys, questions)
    answer = _answer(question, found, ask.caller.role)
    if asked.reserve and may_hold(answer.conditions):
        answer = Answer(question, answer.verdict, answer.conditions, await hold(ask, question))
    await keep(ask, [answer], found, facts)
    return EligibilityOut(
        check_id=question.check_id,
        verdict=answer.verdict,
        as_of=question.on,
        conditions=[ConditionOut(**with_words(each)) for each in answer.conditions],
        reservation=answer.reservation,
        facts=facts,
    )


async def check_many(ask: Push, raws: Sequence[Raw], *, strict: bool) -> "Many":
    """Weigh many questions and keep the answers; a line that is no question is refused alone.

    The answers are those of single checks. Nothing is reserved here: ask singly for that.
    """
    many = Many(await _facts_at(ask))
    for start in range(0, len(raws), _CHUNK):
        chunk = raws[start : start + _CHUNK]
        rows, unreadable = await asyncio.to_thread(validated, EligibilityIn, chunk, strict=strict)
        many.refused += unreadable
        questions, refused = await understood(ask, [(row.line, row.value) for row in rows])
        many.refused += [_verdict(line, problem) for line, problem in refused]
        many.refused += [
            _reserves(question.line) for question in questions if question.asked.reserve
        ]
        questions = [question for question in questions if not question.asked.reserve]
        found = await weighed(ask.session, ask.keys, questions)
        role = ask.caller.role
        answers = await asyncio.to_thread(_answers, questions, found, role)
        await keep(ask, answers, found, many.facts)
        many.answers += answers
    return many


def _answers(
    questions: Sequence[Question], found: Mapping[UUID, RowMapping], role: Role
) -> list[Answer]:
    return [_answer(question, found, role) for question in questions]


def _answer(question: Question, found: Mapping[UUID, RowMapping], role: Role) -> Answer:
    weighed = conditions(found[question.check_id], question, role)
    return Answer(question, overall(weighed), weighed, None)


def _verdict(line: int, problem: Problem) -> Verdict:
    fault = problem.errors[0] if problem.errors else None
    return Verdict(
        line,
        Outcome.REJECTED,
        code=fault["code"] if fault else problem.shown_code,
        pointer=fault["pointer"] if fault else "",
        message=fault["message"] if fault else problem.detail,
    )


def _reserves(line: int) -> Verdict:
    message = "Room is reserved one question at a time; leave `reserve` out here."
    return Verdict(
        line, Outcome.REJECTED, code="reserve_singly", pointer="/reserve", message=message
    )


async def _facts_at(ask: Push) -> dict[str, Any]:
    rows = (await ask.session.execute(FACTS_AT, {"sources": _SOURCES})).mappings()
    return {
        row["source"]: {
            "position": row["position"],
            "as_at": row["as_at"] and row["as_at"].isoformat(),
        }
        for row in rows
    }


@dataclass(slots=True)
class Many:
    """The answers to many questions, and the lines that were none."""

    facts: dict[str, Any]
    answers: list[Answer] = field(default_factory=list)
    refused: list[Verdict] = field(default_factory=list)

    def lines(self) -> Iterator[bytes]:
        """NDJSON in the order of the lines, some lines at a time.

        Conditions that are told alike are written once.
        """
        facts, written = json.dumps(self.facts), dict[Any, str]()
        told: list[tuple[int, Answer | Verdict]] = []
        told += [(answer.question.line, answer) for answer in self.answers]
        told += [(verdict.line, verdict) for verdict in self.refused]
        told.sort(key=itemgetter(0))
        for start in range(0, len(told), _CHUNK // 10):
            lines = [_line(each, facts, written) for _, each in told[start : start + _CHUNK // 10]]
            yield "".join(lines).encode()


def _line(told: Answer | Verdict, facts: str, written: dict[Any, str]) -> str:
    if isinstance(told, Verdict):
        return json.dumps(told.shown(), ensure_ascii=False) + "\n"
    question = told.question
    conditions = ",".join(_written(condition, written) for condition in told.conditions)
    return (
        f'{{"line":{question.line},"outcome":"answered","check_id":"{question.check_id}",'
        f'"verdict":"{told.verdict}","as_of":"{question.on}","conditions":[{conditions}],'
        f'"facts":{facts}}}\n'
    )


def _written(condition: Condition, written: dict[Any, str]) -> str:
    key = (
        condition["rule_id"],
        condition["verdict"],
        condition["certainty"],
        *condition["figures"].values(),
        *condition["missing"],
    )
    if key not in written:
        written[key] = json.dumps(with_words(condition), ensure_ascii=False)
    return written[key]
