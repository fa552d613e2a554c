"""Items of the ledger: opened, listed, moved, and their history."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, exists, false, func, literal, or_, select, text

from kernel.access import Caller
from kernel.database import table_of
from kernel.division import span
from kernel.paging import WantedPage
from kernel.roles import Role
from services.rectification.queries.findings import findings, stands_in
from services.rectification.tables import Finding, Item, ItemFinding
from services.rectification.vocabulary import ItemState, Verdict

_item = table_of(Item)
_link = table_of(ItemFinding)
_finding = table_of(Finding)

DONE_WITH = [ItemState.CLOSED.value, ItemState.DISMISSED.value]
"""States in which nothing is asked of anybody any more."""

NOT_REMINDED = [*DONE_WITH, ItemState.COMPLETED.value, ItemState.LONG_TERM.value]
"""States in which nobody is reminded of a deadline."""

LOCK_LEDGER = text("select pg_advisory_xact_lock(hashtextextended('rectification/items', 0))")

ITEMS_OF_FINDINGS = text("""
    select f.finding_id, l.item_id
    from finding f join item_finding l on l.subject = f.subject and l.rule_id = f.rule_id
    where f.finding_id = any(:findings)
""")

SAME_SELF_FOUND = text("""
    select item_id from item i
    where category = :category and source = :source and division = :division
      and description = :description and measure = :measure
      and opened_by_agency = :opened_by_agency and state <> all(:done_with)
      and not exists (select from item_finding l where l.item_id = i.item_id)
    limit 1
""")

ADD_ITEMS = text("""
    insert into item (item_id, category, source, rule_id, division, agencies, description, measure,
        standard, deadline, lead_unit, responsible_unit, responsible_kinds, state, opened_on,
        opened_by, opened_by_agency, opened_at)
    select item_id, category, source, rule_id, division, agencies, description, measure, standard,
        deadline, lead_unit, responsible_unit, responsible_kinds, 'open', opened_on, opened_by,
        opened_by_agency, opened_at
    from jsonb_to_recordset(cast(:items as jsonb)) as i(item_id uuid, category int, source text,
        rule_id text, division text, agencies text[], description text, measure text,
        standard text, deadline date, lead_unit text, responsible_unit text,
        responsible_kinds text[], opened_on date, opened_by text, opened_by_agency text,
        opened_at timestamptz)
""")

ADD_ITEM_FINDINGS = text("""
    insert into item_finding (subject, rule_id, item_id, household_key, finding_id)
    select distinct on (subject, rule_id) subject, rule_id, item_id, household_key, finding_id
    from jsonb_to_recordset(cast(:links as jsonb)) as l(subject text, rule_id text, item_id uuid,
        household_key uuid, finding_id uuid)
    order by subject, rule_id, finding_id
""")

# What is done with an item is added to its history and announced, without anybody's words.
ADD_EVENTS = text("""
    with told as (
        insert into item_event (item_id, number, act, state, "on", "by", agency, note, details,
            recorded_at)
        select item_id,
            coalesce((select max(number) from item_event h where h.item_id = e.item_id), 0) + 1,
            act, state, "on", "by", agency, note, details, recorded_at
        from jsonb_to_recordset(cast(:events as jsonb)) as e(item_id uuid, act text, state text,
            "on" date, "by" text, agency text, note text, details jsonb, recorded_at timestamptz)
        returning item_id, number, act, state, "on")
    insert into outbox (type, agency, division, data)
    select 'item.acted', case when cardinality(i.agencies) = 1 then i.agencies[1]
                              else i.responsible_unit end, i.division, json_build_object(
        'item_id', t.item_id, 'number', t.number, 'act', t.act, 'state', t.state, 'on', t."on",
        'category', i.category, 'division', i.division, 'agencies', i.agencies)
    from told t join item i using (item_id) order by t.item_id
""")

HISTORY = text("""
    select number, act, state, "on", "by", agency, note, details, recorded_at
    from item_event where item_id = :item_id order by number
""")

COUNTS_OF_ITEMS = text("""
    select l.item_id, count(*) as findings,
           sum(f.amount) filter (where f.rule_id <> all(cast(:hidden as text[]))) as amount
    from item_finding l
    join finding f on f.household_key = l.household_key and f.finding_id = l.finding_id
    where l.item_id = any(:items)
    group by l.item_id
""")

REMINDERS_OF_ITEMS = text("""
    select item_id, count(*) as reminders from item_event
    where item_id = any(:items) and act = 'remind' group by item_id
""")


def items(caller: Caller) -> Select[Any]:
    """The items that a caller may see.

    A bank or insurer: those that speak of its own rows (and its members') only, those it opened or
    is to work, and those of its place that speak of no agency's rows and ask something of its
    kind. Everybody else: by division.
    """
    return select(_item).where(_seen_by(caller))


def _seen_by(caller: Caller) -> Any:
    c = _item.c
    here = or_(*[_within(*span(division)) for division in caller.divisions], false())
    named = or_(c.responsible_unit == caller.agency, c.opened_by_agency == caller.agency)
    if caller.role not in (Role.BANK, Role.INSURER):
        return or_(here, named)
    own = text("""
        cardinality(item.agencies) > 0 and item.agencies <@ (cast(:seer as text)
            || array(select member.code from agency member where member.parent = :seer))
    """).bindparams(seer=caller.agency)
    asked = literal(caller.role.upper()) == func.any(c.responsible_kinds)
    nobodys = and_(func.cardinality(c.agencies) == 0, c.responsible_unit.is_(None), asked, here)
    return or_(own, named, nobodys)


def _within(lo: str, hi: str) -> Any:
    return and_(_item.c.division >= lo, _item.c.division < hi)


def page_of_items(
    caller: Caller, wanted: WantedPage, filters: Mapping[str, Any], today: date
) -> Select[Any]:
    """One item more than a page; `filters` are of `ItemFilters`, None filters nothing."""
    c = _item.c
    page = items(caller).order_by(c.item_id).limit(wanted.limit + 1)
    if wanted.after:
        page = page.where(c.item_id > wanted.after)
    for name, value in filters.items():
        if value is None:
            continue
        page = page.where(_filtered(name, value, today))
    return page


def _filtered(name: str, value: Any, today: date) -> Any:
    c = _item.c
    if name == "division":
        return _within(*span(value))
    if name == "overdue":
        late = and_(c.deadline < today, c.state.not_in(DONE_WITH))
        return late if value else ~late
    if name == "slow":
        wanted, until = value
        slow = and_(c.deadline <= until, c.state.not_in(NOT_REMINDED))
        return slow if wanted else ~slow
    if name == "unit":
        return or_(c.responsible_unit == value, literal(value) == func.any(c.agencies))
    if name == "finding":
        links = select(_link.c.item_id).where(_link.c.finding_id == value)
        return c.item_id.in_(links)
    if name == "rule_id":
        return or_(
            c.rule_id == value,
            c.item_id.in_(select(_link.c.item_id).where(_link.c.rule_id == value)),
        )
    return c[name] == value


def one_item(caller: Caller, item_id: Any) -> Select[Any]:
    """An item, if the caller may see it."""
    return items(caller).where(_item.c.item_id == item_id)


def findings_to_rectify(
    caller: Caller, screening_id: Any, rules: Sequence[str], division: str | None
) -> Select[Any]:
    """What stands in a judged run, is not met, and belongs to no item yet."""
    assigned = exists().where(
        _link.c.subject == _finding.c.subject, _link.c.rule_id == _finding.c.rule_id
    )
    chosen = findings(caller).where(
        stands_in(screening_id), _finding.c.verdict == Verdict.NOT_MET.value, ~assigned
    )
    if rules:
        chosen = chosen.where(_finding.c.rule_id.in_(rules))
    if division:
        lo, hi = span(division)
        chosen = chosen.where(_finding.c.division >= lo, _finding.c.division < hi)
    return chosen.order_by(_finding.c.finding_id)


def findings_named(caller: Caller, finding_ids: Sequence[Any]) -> Select[Any]:
    """Those of some findings that the caller may see."""
    named = _finding.c.finding_id.in_(finding_ids)
    return findings(caller).where(named).order_by(_finding.c.finding_id)


LOCK_ITEM = text("select * from item where item_id = :item_id for update")


def move(verb_columns: Sequence[str]) -> Any:
    """The statement that writes an item's new state and who brought it there."""
    sets = ", ".join(f"{name} = :{name}" for name in verb_columns)
    return text(f"update item set {sets} where item_id = :item_id")


IS_REMINDED = text("""
    select exists (
        select from item_event
        where item_id = :item_id and act = 'remind' and "on" = :on and "by" = :by
          and note is not distinct from :note)
""")


FIRST_FINDINGS = text("""
    select finding_id from item_finding where item_id = :item_id order by finding_id limit 200
""")
