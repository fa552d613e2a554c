"""What can go wrong with webhooks."""

from typing import ClassVar

from kernel.problems import Conflict, Fault, Invalid


class _FieldFault(Invalid):
    """One field of a well-formed body cannot be right."""

    pointer: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        self.errors = [Fault(pointer=self.pointer, code=self.code, message=self.detail)]


class UrlNotUsable(_FieldFault):
    """Write an ASCII URL of https, a host name (no address), and no user, fragment or backslash."""

    code, pointer = "url-not-usable", "/url"


class HostNotApproved(_FieldFault):
    """The operator has not approved this host for your agency; ask him, then come again."""

    code, pointer = "host-not-approved", "/url"


class PortNotOpen(_FieldFault):
    """Deliveries go to https, port 443 or 8443; anything else only to a developer's own machine."""

    code, pointer = "port-not-open", "/url"


class CidrNotApprovable(_FieldFault):
    """A CIDR is all public, or all within one private network, and holds no reserved address."""

    code, pointer = "cidr-not-approvable", "/cidrs"


class HostIsNoName(_FieldFault):
    """Write the host as a name in ASCII, such as hooks.example.cn; addresses go into cidrs."""

    code, pointer = "host-is-no-name", "/host"


class UnknownAgency(_FieldFault):
    """No agency with this code is on record; record it first."""

    code, pointer = "unknown-agency", "/agency"


class EndpointKnown(Conflict):
    """Your agency has an endpoint at this URL, with other content; change that one by PUT."""

    code = "endpoint-known"


class EndpointDisabled(Conflict):
    """This endpoint is disabled; enable it first, and what is outstanding goes out."""

    code = "endpoint-disabled"


class TooManyKeys(Conflict):
    """Ten older keys still sign; wait until one of them ends."""

    code = "too-many-keys"


class UnknownType(_FieldFault):
    """No service announces one of these types to agencies; a delivery would never come."""

    code, pointer = "unknown-type", "/types"


class SigningIsFixed(_FieldFault):
    """An endpoint keeps its kind of signature; make another endpoint for the other kind."""

    code, pointer = "signing-fixed", "/signing"


class TooManyEndpoints(Conflict):
    """Your agency has 20 endpoints; change or delete one of them."""

    code = "too-many-endpoints"
