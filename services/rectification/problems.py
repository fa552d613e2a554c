"""What can go wrong in rectification."""

from kernel.problems import BadRequest, Fault, Forbidden, Invalid


class NotYourDivision(Forbidden):
    """No division that the agency serves lies there; screen within its own."""

    code = "not-your-division"


class UnknownSample(Invalid):
    """No sample that the agency may see has this name; push it first, or correct the name."""

    code = "unknown-sample"

    def __init__(self) -> None:
        message = "No sample of this name."
        super().__init__(errors=[Fault(pointer="/sample", code=self.code, message=message)])


class NoSuchSample(BadRequest):
    """No sample that the agency may see has this name, so nothing can be filtered by it."""

    code = "unknown-sample"
