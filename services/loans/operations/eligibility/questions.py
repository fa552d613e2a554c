"""Questions understood: about whom, at which place, for which day and bank; or why not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import RowMapping

from kernel.access import Caller
from kernel.bulk.resource import Push
from kernel.ids import new_id
from kernel.problems import Fault, Invalid, NotFound, Problem
from kernel.roles import Role
from services.loans.queries.eligibility import HOMES
from services.loans.schemas.eligibility import EligibilityIn


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, with everything in it that has to be looked up first."""

    check_id: UUID
    line: int
    asked: EligibilityIn
    on: date
    """The day of applying, signing and drawing."""
    person_key: UUID
    household_key: UUID
    """Of the home, else a stranger's own."""
    division: str
    """The branch asked about, else the county of the home: whose law and declarations count."""
    bank: str | None
    """Who would lend."""


Refusals = list[tuple[int, Problem]]
"""Lines that are no questions, and why."""


async def understood(
    ask: Push, rows: Sequence[tuple[int, EligibilityIn]]
) -> tuple[list[Question], Refusals]:
    """The questions among these lines, in one look at where their people live."""
    people = [ask.keys.person_key(asked.id_number) for _, asked in rows]
    days = [asked.as_of or ask.today for _, asked in rows]
    found = await ask.session.execute(HOMES, {"people": people, "days": days})
    questions: list[Question] = []
    refused: Refusals = []
    for (line, asked), person_key, on, home in zip(
        rows, people, days, found.mappings(), strict=True
    ):
        try:
            _check_day(asked, ask.today)
            question = Question(
                check_id=new_id(),
                line=line,
                asked=asked,
                on=on,
                person_key=person_key,
                household_key=home["household_key"] or ask.keys.stranger_key(person_key),
                division=_place(ask.caller, asked, home),
                bank=_lender(ask.caller, asked),
            )
        except Problem as problem:
            refused.append((line, problem))
        else:
            questions.append(question)
    return questions, refused


def _check_day(asked: EligibilityIn, today: date) -> None:
    if asked.as_of and asked.as_of > today:
        raise _fault("/as_of", "in_the_future", "Ask about today or a day that has been.")


def _place(caller: Caller, asked: EligibilityIn, home: RowMapping) -> str:
    """Raises Invalid if the place cannot be told or is not the caller's, NotFound if the person's
    household is in no division that a poverty office serves."""
    if (
        caller.role == Role.POVERTY_OFFICE
        and home["village"]
        and not caller.serves(home["village"])
    ):
        raise NotFound("No household of this person is in a division that the office serves.")
    branch = asked.branch_division
    if branch and not (caller.serves(branch) or (home["village"] and caller.role != Role.BANK)):
        raise _fault(
            "/branch_division",
            "not_your_division",
            "This branch is not in a division that your agency serves; name one that is.",
        )
    if branch:
        return branch
    if home["county"] is None or (caller.role == Role.BANK and not caller.serves(home["county"])):
        # The same sentence for a stranger and for somebody who lives elsewhere.
        raise _fault("/branch_division", "missing", "Say at which branch this person would borrow.")
    return str(home["county"])


def _lender(caller: Caller, asked: EligibilityIn) -> str | None:
    """A bank asks for itself, and only a bank holds room for itself."""
    if caller.role != Role.BANK:
        if asked.reserve:
            raise _fault("/reserve", "not_a_bank", "Only a bank reserves; leave `reserve` out.")
        return asked.bank
    if asked.bank not in (None, caller.agency):
        raise _fault("/bank", "not_your_agency", "A bank asks for itself; leave `bank` out.")
    return caller.agency


def _fault(pointer: str, code: str, message: str) -> Invalid:
    return Invalid(message, errors=[Fault(pointer=pointer, code=code, message=message)])
