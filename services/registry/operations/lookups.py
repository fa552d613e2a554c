"""Is this person registered? For whoever knows both the number and the name.

A miss does not say which of the two was wrong, nor that the person lives outside the caller's
divisions. Misses are counted by client and limited by the day, so that nobody tries names out.
"""

from datetime import datetime, time, timedelta

from kernel import clock
from kernel.bulk.resource import Push
from kernel.division import spans
from kernel.policy import LAW as POLICY
from kernel.problems import Fault, Invalid, TooMany
from kernel.roles import May
from services.registry.operations.households import shown_household
from services.registry.queries import lookups as queries
from services.registry.schemas import PersonLookupIn, PersonLookupOut

MISSES_A_DAY = 20
"""What a client may ask in vain on one day; then it may ask nothing until the next."""


async def look_up(ask: Push, asked: PersonLookupIn) -> PersonLookupOut:
    """What the registry says of a person on a day; raises TooMany, and Invalid for the future."""
    on = asked.as_of or ask.today
    if on > ask.today:
        message = "Ask about today or a day that has been."
        raise Invalid(
            message, errors=[Fault(pointer="/as_of", code="in_the_future", message=message)]
        )
    misses = {"client_id": ask.caller.client_id, "day": ask.today, "agency": ask.caller.agency}
    if ((await ask.session.execute(queries.MISSES, misses)).scalar() or 0) >= MISSES_A_DAY:
        raise _too_many()
    lo, hi = spans(ask.caller.divisions)
    values = {
        "person_key": ask.keys.person_key(asked.id_number),
        "name_key": ask.keys.name_key(asked.name),
        "on": on,
        "marginal_from": POLICY["marginal_from"].on(on),
        "lo": lo,
        "hi": hi,
    }
    row = (await ask.session.execute(queries.FOUND, values)).mappings().first()
    if row is None:
        if (await ask.session.execute(queries.MISS, misses)).scalar_one() > MISSES_A_DAY:
            raise _too_many()  # of many that missed at once
        return PersonLookupOut(as_of=on, registered=False, status=None, household=None)
    reads_households = May.HOUSEHOLDS_READ in ask.caller.scope
    household = shown_household(ask.keys, ask.caller, dict(row)) if reads_households else None
    return PersonLookupOut(
        as_of=on, registered=row["registered"], status=row["status"], household=household
    )


def _too_many() -> TooMany:
    tomorrow = datetime.combine(clock.today() + timedelta(days=1), time(), clock.BEIJING)
    return TooMany(
        f"This client has asked about {MISSES_A_DAY} people in vain today; look at how it gets "
        "names and numbers, and ask again tomorrow.",
        code="too-many-misses",
        seconds=int((tomorrow - clock.now()).total_seconds()) + 1,
    )
