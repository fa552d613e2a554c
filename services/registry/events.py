"""What the registry announces."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from kernel.roles import May
from kernel.sharing.announced import JUDGED
from kernel.sharing.events import Data, EventType, Payload, Towards, with_ref
from services.registry.vocabulary import NeedState, Status


class HouseholdStatus(Payload):
    """A status and the days it holds."""

    status: Status
    valid_from: date
    valid_to: date | None
    """The first day it no longer holds."""


class HouseholdRecorded(Payload):
    """A household as it is known now. Each change tells all of it anew.

    Everybody is told in whose place the household lives or has lived. Names are read at
    /v1/registry/households, where each household shows the same `subject_ref`.
    """

    subject_ref: str
    """How the reader's agency may call this household; other agencies call it otherwise."""
    village_code: str | None
    """Null when it lives where the reader does not serve: it has moved away."""
    statuses: list[HouseholdStatus]
    people: list[str]
    """References of the people listed in it now, as `person_ref` in other answers."""


class NeedRecorded(Payload):
    """A household's financing need, as it was last reported. It is told again when the household
    moves: to who serves the new place, and to who served the old one, who hears no more of it."""

    subject_ref: str
    """The household's."""
    need_id: UUID
    need_no: str
    village_code: str | None
    """Null when the household lives where the reader does not serve: forget the need."""
    amount: str
    """Yuan, a decimal string."""
    raised_on: date
    state: NeedState
    bank: str | None
    """The bank that was asked, offered or lent; to a bank its own code only."""
    source_version: int


_FOREVER = "infinity"


def _household(towards: Towards, data: Data) -> Data:
    [place] = _known_now(data["places"])
    return {
        "subject_ref": towards.ref(data["household_key"]),
        "village_code": place["division"] if towards.serves(place["division"]) else None,
        "statuses": [
            each | {"valid_to": None if each["valid_to"] == _FOREVER else each["valid_to"]}
            for each in _known_now(data["statuses"])
        ],
        "people": sorted(
            {
                str(towards.ref(each["person_key"]))
                for each in _known_now(data["members"])
                if each["gone_on"] == _FOREVER
            }
        ),
    }


def _known_now(versions: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [dict(each) for each in versions if each["known_to"] == _FOREVER]


def _need(towards: Towards, data: Data) -> Data:
    place = data["division"] if towards.serves(data["division"]) else None
    told = {**with_ref("household_key")(towards, data), "village_code": place}
    if towards.is_partner and data["bank"] != towards.caller.agency:
        told["bank"] = None
    return told


EVENTS = (
    EventType(
        "household.recorded",
        HouseholdRecorded,
        May.HOUSEHOLDS_READ,
        tell=_household,
        shared=True,
        personal=("household_no", "places", "statuses", "members"),
    ),
    EventType(
        "need.recorded",
        NeedRecorded,
        May.NEEDS_READ,
        tell=_need,
        shared=True,
        personal=("need_no", "amount", "bank", "state", "is_explained"),
    ),
    *JUDGED,
)
