"""Households: pushed by their offices, announced whole, shown to whom they concern."""

import base64
import json
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from pydantic_core import to_json

from kernel.access import Caller
from kernel.bulk.reads import Reads
from kernel.bulk.resource import Push, Rejection, Resource
from kernel.crypto import Keys
from kernel.database import table_of
from kernel.division import spans
from kernel.people import born_on, masked_id_number, masked_name, sex
from kernel.roles import May, Role
from services.registry.national_export import household_rows
from services.registry.queries import households as queries
from services.registry.queries.needs import MOVE as MOVE_NEEDS
from services.registry.queries.sharing import KEEP_PUSHED_DAY
from services.registry.schemas import HouseholdIn, HouseholdOut, MemberIn
from services.registry.tables import HouseholdReport

_PERSONAL = "registry.member.personal"
_OFFICES = (Role.POVERTY_OFFICE, Role.SUPERVISOR)


def _columns(push: Push, household: HouseholdIn) -> dict[str, Any]:
    return {
        "household_key": push.keys.household_key(household.household_no),
        "household_no": household.household_no,
        "division": household.village_code,
        "attribute": household.attribute,
        "main_cause": household.main_cause,
        "other_causes": json.dumps(household.other_causes),
        "per_capita_income": household.per_capita_income,
        "statuses": to_json(household.statuses).decode(),
        "members": to_json([_member(push.keys, member) for member in household.members]).decode(),
        "as_at": household.as_at or push.today,
    }


def _member(keys: Keys, member: MemberIn) -> dict[str, Any]:
    """A member as stored: keys and codes in clear, name, number and phone encrypted."""
    certificate = member.id_number
    person_key = keys.person_key(certificate.id_number)
    personal = {"name": member.name, "id_number": certificate.id_number, "phone": member.phone}
    sealed = keys.seal(_PERSONAL, person_key, json.dumps(personal))
    kept = member.model_dump(exclude={"name", "id_number", "phone"})
    return {
        **kept,
        "person_key": str(person_key),
        "name_key": str(keys.name_key(member.name)),
        "born_on": str(born_on(certificate.id_number)),
        "sex": sex(certificate.id_number),
        "disability_category": certificate.disability_category,
        "disability_grade": certificate.disability_grade,
        "personal": base64.b64encode(sealed).decode(),
    }


async def _resolve(push: Push) -> None:
    """A household is written by an office that serves its village, the old and the new one."""
    lo, hi = spans(push.caller.divisions)
    await push.session.execute(queries.NOT_YOURS, {"lo": lo, "hi": hi})
    await push.session.execute(queries.ANOTHER_OFFICES, {"lo": lo, "hi": hi})


async def _announce(push: Push) -> None:
    await push.session.execute(queries.KEEP_LISTED)
    await push.session.execute(queries.ANNOUNCE)
    await push.session.execute(MOVE_NEEDS)
    await push.session.execute(KEEP_PUSHED_DAY, {"today": push.today})


HOUSEHOLDS = Resource(
    name="households",
    thing="household",
    model=HouseholdIn,
    table=table_of(HouseholdReport),
    number=("household_key",),
    shared_number=True,
    era="as_at",
    write=May.HOUSEHOLDS_WRITE,
    columns=_columns,
    resolve=_resolve,
    after=_announce,
    sheet=household_rows,
    rejections={
        "not-your-division": Rejection(
            "/village_code", "This village is not in a division that the agency serves."
        ),
        "household-elsewhere": Rejection(
            "/household_no", "This household is on record in a village that another office serves."
        ),
    },
)


def shown_household(
    keys: Keys, caller: Caller, row: Mapping[str, Any], *, revealed: bool = False
) -> HouseholdOut:
    """A household as a caller may see it.

    Banks and insurers see no cause, income or labour skill, since these tell of health. Names and
    numbers are masked unless `revealed`, which the caller must have given a purpose for.
    """
    office = caller.role in _OFFICES
    members = [_shown_member(keys, caller, member, revealed) for member in row["members"]]
    return HouseholdOut.model_validate(
        {
            "household_id": row["id"],
            "subject_ref": keys.subject_ref(caller.agency, row["household_key"]),
            "household_no": row["household_no"],
            "village_code": row["division"],
            "attribute": row["attribute"] if office else None,
            "main_cause": row["main_cause"] if office else None,
            "other_causes": row["other_causes"] if office else [],
            "per_capita_income": row["per_capita_income"] if office else None,
            "statuses": row["statuses"],
            "members": members,
            "as_at": row["as_at"],
            "source_version": row["source_version"],
        }
    )


def _shown_member(
    keys: Keys, caller: Caller, member: Mapping[str, Any], revealed: bool
) -> dict[str, Any]:
    person_key = UUID(member["person_key"])
    sealed = base64.b64decode(member["personal"])
    personal = json.loads(keys.open(_PERSONAL, person_key, sealed))
    name, number = personal["name"], personal["id_number"]
    return {
        **member,
        "person_ref": keys.subject_ref(caller.agency, person_key),
        "name": name if revealed else masked_name(name),
        "id_number": number if revealed else masked_id_number(number),
        "born_on": date.fromisoformat(member["born_on"]) if revealed else None,
        "labour_skill": member["labour_skill"] if caller.role in _OFFICES else None,
    }


HOUSEHOLDS_SHOWN = Reads(
    table=table_of(HouseholdReport),
    out=HouseholdOut,
    may=May.HOUSEHOLDS_READ,
    filters=("household_no", "division"),
    show=shown_household,
    shared=True,
    own_page=True,
)
