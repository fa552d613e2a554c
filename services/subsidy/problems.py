"""What can go wrong with subsidies."""

from decimal import Decimal

from kernel.problems import Conflict, Fault, Invalid


class LinesInDoubt(Conflict):
    """Lines of this claim are against the law; reject them (reject-lines) or return the claim."""

    title, code = "Lines are not in order", "lines-not-in-order"

    def __init__(self, line_nos: list[str]) -> None:
        super().__init__(
            f"{len(line_nos)} lines of this claim are not in order; reject them (reject-lines) or "
            "return the claim. `errors` names them.",
            errors=[
                Fault(pointer=f"/lines/{number}", code=self.code, message="Its findings say why.")
                for number in line_nos
            ],
        )


class NothingLeft(Conflict):
    """All lines of this claim would be rejected; return the claim instead."""

    title, code = "No line would be left", "no-line-left"


class UnknownLines(Invalid):
    """The claim has no such line, or it has been rejected already; read the claim for its lines."""

    code = "unknown-line"

    def __init__(self) -> None:
        message = "Name lines of this claim that have not been rejected yet."
        super().__init__(message, errors=[Fault(pointer="/lines", code=self.code, message=message)])


class StillPublic(Conflict):
    """The claim has not been public for as many days as the county asks for."""

    title, code = "Still being publicised", "still-public"

    def __init__(self, until: str) -> None:
        super().__init__(f"The claim is being publicised; approve it on {until} or later.")


class SameOfficer(Conflict):
    """Review, approval and payment are acts of three different officers; let another do this."""

    title, code = "Another officer is needed", "same-officer"


class NoBudget(Conflict):
    """The county has no budget on record for the year of this claim."""

    title, code = "No budget", "no-budget"

    def __init__(self, county: str, year: int) -> None:
        super().__init__(
            f"No budget is on record for {county} in {year}, the year of this claim; "
            f"PUT /v1/subsidy/budgets/{county}/{year} first."
        )


class BeyondBudget(Conflict):
    """The claim is more than what is left of the county's budget."""

    title, code = "Beyond the budget", "beyond-budget"

    def __init__(self, wanted: Decimal, left: Decimal) -> None:
        super().__init__(
            f"The claim amounts to {wanted} yuan and {left} yuan are left of the county's budget; "
            "raise the budget, reject lines or return the claim."
        )


class PaymentsDoNotMatch(Conflict):
    """The payments named are not those of the claim."""

    title, code = "Payments do not match", "payments-do-not-match"


class RefundsDoNotMatch(Conflict):
    """The refunds named are not on record as refunds of this claim's loans to the household."""

    title, code = "Refunds do not match", "refunds-do-not-match"

    def __init__(self, unknown: int) -> None:
        super().__init__(
            f"{unknown} of the refunds are not on record as the household's on a loan of this "
            "claim, or answer another claim; push them to /v1/loans/refunds first, then name them."
        )


class WrongDay(Invalid):
    """The day of an act is not in the future, and not before that of the act before it."""

    code = "wrong-day"

    def __init__(self, message: str) -> None:
        super().__init__(message, errors=[Fault(pointer="/on", code=self.code, message=message)])


class TooMuch(Invalid):
    """No more can be clawed back than was paid."""

    code = "more-than-paid"

    def __init__(self, paid: Decimal) -> None:
        message = f"No more can be clawed back than was paid, {paid} yuan."
        super().__init__(
            message, errors=[Fault(pointer="/amount", code=self.code, message=message)]
        )
