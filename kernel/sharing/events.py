"""The types of events: what a service announces, and what of it an outside reader is told.

Sister services read every event whole. Whoever reads from outside gets the payload that stands
here and nothing else, of the rows that `kernel.sharing.visibility` lets him see: no person_key and
no household_key leaves, only references under his agency's own key; no name, no number of a
person, no health, no account.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from kernel.access import Caller
from kernel.crypto import Keys
from kernel.division import contains
from kernel.roles import May, Role


class Payload(BaseModel):
    """What an outside reader is told. What the event says besides is left out by construction."""

    model_config = ConfigDict(extra="ignore")


@dataclass(frozen=True, slots=True)
class Towards:
    """Whom something is told, and how people are called towards him."""

    caller: Caller
    keys: Keys

    @property
    def is_partner(self) -> bool:
        """Whether it is a bank or insurer: competitors of each other, and no office."""
        return self.caller.role in PARTNERS

    def ref(self, key: str | None) -> str | None:
        """How this agency may call a person or household; another agency's reference differs."""
        return None if key is None else self.keys.subject_ref(self.caller.agency, UUID(key))

    def serves(self, division: str) -> bool:
        """Whether a division lies in one that the reader's agency serves."""
        return contains(self.caller.divisions, division)


PARTNERS = (Role.BANK, Role.INSURER)

Data = Mapping[str, Any]
Tell = Callable[[Towards, Data], Data]


def _as_it_is(_: Towards, data: Data) -> Data:
    return data


def with_ref(key: str) -> Tell:
    """The event as it is, with `subject_ref` for the person or household under this key."""
    return lambda towards, data: {**data, "subject_ref": towards.ref(data[key])}


@dataclass(frozen=True, slots=True)
class EventType:
    """One type of event."""

    name: str
    payload: type[BaseModel] | None = None
    """What outside readers are told; none: the event is for sister services only."""
    may: May | None = None
    """The scope without which nobody from outside is told."""
    tell: Tell = _as_it_is
    """From what the event says to the fields of its payload."""
    shared: bool = False
    """Whether banks and insurers are told by the places they serve, and not only of their own."""
    everyone: bool = False
    """Whether all are told: it speaks of no place and no person."""
    to_sender: bool = False
    """Whether the agency it names is told alone."""
    overlapping: bool = False
    """Whether who serves a part of its place is told as well."""
    personal: tuple[str, ...] = ()
    """Fields of what the event says that are kept encrypted in the feed."""
    says: str = ""
    """A sentence, for an event without a payload of its own."""

    def told(self, towards: Towards, data: Data) -> dict[str, Any]:
        """The payload, as JSON values. Only for a type with a payload."""
        assert self.payload is not None
        told = self.payload.model_validate(self.tell(towards, data))
        return told.model_dump(mode="json", by_alias=True)
