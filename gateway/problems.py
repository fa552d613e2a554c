"""What can go wrong with agencies and their clients."""

from typing import ClassVar

from kernel.problems import Conflict, Fault, Invalid, Problem, Unavailable


class _FieldFault(Invalid):
    """One field of a well-formed body cannot be right."""

    pointer: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        self.errors = [Fault(pointer=self.pointer, code=self.code, message=self.detail)]


class UnknownParent(_FieldFault):
    """No agency with the parent's code is on record; record the parent first."""

    code, pointer = "unknown-parent", "/parent"


class ParentInCircle(_FieldFault):
    """The parent is this agency itself or one of those below it."""

    code, pointer = "parent-in-circle", "/parent"


class NoDivisions(_FieldFault):
    """Name at least one division in which the agency serves; without one it would see nothing."""

    code, pointer = "no-divisions", "/divisions"


class EmptyInterval(_FieldFault):
    """valid_to, the first day on which the agency no longer acts, comes after valid_from."""

    code, pointer = "empty-interval", "/valid_to"


class UnknownAgency(_FieldFault):
    """No agency with this code is on record; record it first."""

    code, pointer = "unknown-agency", "/agency"


class RoleNotOfAgency(_FieldFault):
    """The clients of an agency have the role of its type: a bank's clients are banks."""

    code, pointer = "role-not-of-agency", "/role"


class ScopeNotOfRole(_FieldFault):
    """A client may have fewer scopes than its role grants, and no other."""

    code, pointer = "scope-not-of-role", "/scopes"


class PurposeNotOfRole(_FieldFault):
    """A client may be given fewer purposes than its role has, and no other."""

    code, pointer = "purpose-not-of-role", "/purposes"


class NamelessOfficer(_FieldFault):
    """An officer is one named person: write the name."""

    code, pointer = "nameless-officer", "/name"


class KeysNeeded(_FieldFault):
    """This client proves itself by keys: send the set of public keys that it uses from now on."""

    code, pointer = "keys-needed", "/jwks"


class VersionConflict(Conflict):
    """This source_version is on record with other content; send a correction under a higher one."""

    code = "version-conflict"


class TypeIsFixed(Conflict):
    """An agency keeps its type, because its clients' roles rest on it; record a new agency."""

    code = "agency-type-fixed"


class ClientIsDisabled(Conflict):
    """This client is disabled, and that is final; register a new one."""

    code = "client-disabled"


class NotOneself(Conflict):
    """A client cannot disable itself, so that somebody is always left who can let others in."""

    code = "not-oneself"


class ServiceUnavailable(Unavailable):
    """The service cannot be reached."""

    code = "service-unavailable"

    def __init__(self, service: str) -> None:
        super().__init__(
            f"The service {service} cannot be reached at the moment. Whether it did what was asked "
            "is not known: send it again, a POST under the same Idempotency-Key or source_version."
        )


class ServiceTooSlow(Problem):
    """The service does not answer in time."""

    status, title, code, retryable = 504, "No answer in time", "service-too-slow", True

    def __init__(self, service: str) -> None:
        super().__init__(
            f"The service {service} took too long. It may still do what was asked: send it again, "
            "a POST under the same Idempotency-Key or source_version.",
            headers={"Retry-After": "5"},
        )
