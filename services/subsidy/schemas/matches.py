"""Household debits, treasury payments and bank refunds, beside each other."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from pydantic import BaseModel

from kernel.money import SignedYuan
from services.subsidy.vocabulary import Ageing


class LoanMatch(BaseModel):
    """The three ledgers of one loan, as of a day."""

    loan_id: UUID
    agency: str
    contract_no: str
    division: str
    debited: Decimal
    """Interest that the household bore, lines wholly within the paid periods."""
    paid: Decimal
    """What the treasury paid."""
    refunded: Decimal
    """What the bank gave back to the household, of any cause."""
    difference: SignedYuan
    """Debited less refunded: nothing closes until it is zero."""
    first_paid_on: date
    last_paid_on: date
    received_on: date | None
    """When the oldest subsidy came that is still withheld; none if nothing is."""
    days_since: int | None
    ageing: Ageing | None


class CountyMatch(BaseModel):
    """The three ledgers of a county's loans, and how old what is withheld is."""

    county: str
    loans: int
    open_loans: int
    debited: Decimal
    paid: Decimal
    refunded: Decimal
    difference: SignedYuan
    ageing: dict[Ageing, SignedYuan]


class Matches(BaseModel):
    """Loans, or counties, whose ledgers are held against each other."""

    as_of: date
    items: list[LoanMatch] | list[CountyMatch]
    next_after: UUID | None
    """None for counties, which are told all at once."""
