"""What a stage report is made of: the ledger as it stood on a day."""

from datetime import date
from typing import Any

from sqlalchemy import Select, desc, text

from kernel.access import Caller
from kernel.database import table_of
from kernel.division import span
from services.rectification.queries.items import items
from services.rectification.queries.screenings import screenings
from services.rectification.tables import Item, Screening

_item = table_of(Item)
_screening = table_of(Screening)


def items_opened_by(caller: Caller, on: date, division: str | None) -> Select[Any]:
    """The items that a caller may see and that were listed by a day, by category and place."""
    c = _item.c
    listed = items(caller).where(c.opened_on <= on)
    if division is not None:
        lo, hi = span(division)
        listed = listed.where(c.division >= lo, c.division < hi)
    return listed.order_by(c.category, c.division, c.item_id)


# The last act by the day says how far an item was then.
STATES_ON = text("""
    select distinct on (item_id) item_id, state,
        max("on") filter (where act = 'close') over (partition by item_id) as closed_on
    from item_event
    where item_id = any(:items) and "on" <= :on
    order by item_id, number desc
""")

# Files bear no day of their own but that of their arrival, so a report counts all it can show.

COUNTS_ON = text("""
    select i.item_id,
        (select count(*) from item_finding l where l.item_id = i.item_id) as findings,
        (select count(*) from evidence e where e.item_id = i.item_id) as evidence,
        (select count(*) from item_event h
         where h.item_id = i.item_id and h.act = 'remind' and h."on" <= :on) as reminders,
        (select count(*) from item_finding l join visit v on v.finding_id = l.finding_id
         where l.item_id = i.item_id and v.visited_on <= :on) as visits
    from unnest(cast(:items as uuid[])) as i(item_id)
""")

UNITS = text("select code, name from agency")


def newest_run(caller: Caller, on: date) -> Select[Any]:
    """The judged run of the latest business date by a day, over everything the caller sees."""
    c = _screening.c
    return (
        screenings(caller)
        .where(c.state == "judged", c.business_date <= on, c.sample.is_(None), c.agency.is_(None))
        .order_by(desc(c.business_date), desc(c.judged_at))
        .limit(1)
    )


SECTIONS = text("""
    select distinct on (number) number, version, text, recorded_at from report_section
    where agency = :agency and stage = :stage
    order by number, version desc
""")

ADD_SECTION = text("""
    insert into report_section (agency, stage, number, version, text, "by", recorded_at)
    values (:agency, :stage, :number, :version, :text, :by, :recorded_at)
""")

LOCK_REPORT = text("""
    select pg_advisory_xact_lock(hashtextextended('rectification/report/' || :agency, 0))
""")
