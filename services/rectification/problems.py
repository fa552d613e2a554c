"""What can go wrong in rectification."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from kernel.problems import Conflict, Fault, Forbidden, Invalid, NotFound


class NotYourDivision(Forbidden):
    """No division that the agency serves lies there; screen within its own."""

    code = "not-your-division"


class UnknownSample(Invalid):
    """No sample that the agency may see has this name; push it first, or correct the name."""

    code = "unknown-sample"

    def __init__(self) -> None:
        message = "No sample of this name."
        super().__init__(errors=[Fault(pointer="/sample", code=self.code, message=message)])


class NoSuchSample(NotFound):
    """No sample that the agency may see has this name, so nothing can be filtered by it."""

    code = "unknown-sample"


class UnusableFindings(Invalid):
    """Some of these findings cannot be put into this item; `errors` says which and why."""

    code = "unusable-findings"

    def __init__(self, faults: Iterable[tuple[int, str, str]]) -> None:
        super().__init__(
            errors=[
                Fault(pointer=f"/finding_ids/{number}", code=code, message=message)
                for number, code, message in faults
            ]
        )


class AlreadyInAnItem(Conflict):
    """Some of these findings belong to an item already; leave them out, or work on that item."""

    title, code = "Already in an item", "already-in-an-item"

    def __init__(self, items: Iterable[tuple[int, UUID]]) -> None:
        super().__init__(
            errors=[
                Fault(
                    pointer=f"/finding_ids/{number}",
                    code=self.code,
                    message=f"This finding, or its problem in another run, is in item {item_id}.",
                )
                for number, item_id in items
            ]
        )


class UnknownUnit(Invalid):
    """No agency of this code or name is known; name one, or leave it out."""

    code = "unknown-unit"

    def __init__(self, pointer: str = "/responsible_unit") -> None:
        message = "No agency of this code or name."
        super().__init__(errors=[Fault(pointer=pointer, code=self.code, message=message)])


class DayToCome(Invalid):
    """`on` is a day that has not come; acts are recorded on their day or later."""

    code = "day-to-come"

    def __init__(self, pointer: str = "/on") -> None:
        message = "This day has not come yet."
        super().__init__(errors=[Fault(pointer=pointer, code=self.code, message=message)])


class BeforeLastAct(Conflict):
    """An act cannot have been done before the one that it follows; give its day in `on`."""

    title, code = "Before the last act", "before-last-act"


class NotResponsible(Forbidden):
    """The item is another unit's to work."""

    code = "not-the-responsible-unit"


class NotToBeClosed(Conflict):
    """The item cannot be closed yet; `errors` names every condition that is not met."""

    title, code = "Not to be closed yet", "not-to-be-closed"

    def __init__(self, lacks: Sequence[Fault]) -> None:
        super().__init__(errors=lacks)


class NotToBeDismissed(Conflict):
    """The item cannot be dismissed; `errors` names every condition that is not met."""

    title, code = "Not to be dismissed", "not-to-be-dismissed"

    def __init__(self, lacks: Sequence[Fault]) -> None:
        super().__init__(errors=lacks)


class UnusableFile(Invalid):
    """This file cannot be kept as evidence; `errors` says why."""

    code = "unusable-file"

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message, errors=[Fault(pointer="", code=code, message=message)])


class UnknownStage(Invalid):
    """The plan has no such stage for this; `errors` names those there are."""

    code = "unknown-stage"

    def __init__(self, asks: str, days: Sequence[str]) -> None:
        message = f"Stages that ask for {asks}: {', '.join(days)}."
        super().__init__(errors=[Fault(pointer="/stage", code=self.code, message=message)])


class NoSuchStage(NotFound):
    """The plan has no such stage."""

    code = "unknown-stage"

    def __init__(self, days: Sequence[str]) -> None:
        super().__init__(f"The plan's stages are {', '.join(days)}.")


class NotYourUnit(Forbidden):
    """A unit files for itself and for what lies below it; let that unit file, or one above it."""

    code = "not-your-unit"


class NoSuchRun(NotFound):
    """`since` names no run that this token may see."""

    code = "unknown-screening"


class UnknownRun(Invalid):
    """No run of this id is known; take it from the list of screenings."""

    code = "unknown-screening"

    def __init__(self) -> None:
        message = "No run of this id."
        super().__init__(errors=[Fault(pointer="/screening_id", code=self.code, message=message)])


class NotJudgedYet(Conflict):
    """A run is still being judged; read it at `screenings/{id}` until its state is `judged`."""

    title, code, retryable = "Not judged yet", "not-judged-yet", True
