"""Facts about a household are keyed by it; names of constraints follow a rule; money is exact."""

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jinqiao.migration import SERVICES
from kernel.database import NAMES

Ask = Callable[..., list[dict[str, str]]]

_LISTED: dict[str, dict[str, str]] = tomllib.loads(
    (Path(__file__).parent / "own_group_tables.toml").read_text()
)

_KEYS = """
    select n.nspname as service, t.relname as name, array(
        select a.attname from pg_index i, unnest(i.indkey::int2[]) with ordinality as k(number, at)
        join pg_attribute a on a.attrelid = t.oid and a.attnum = k.number
        where i.indrelid = t.oid and i.indisprimary order by k.at) as key
    from pg_class t join pg_namespace n on n.oid = t.relnamespace
    where t.relkind in ('r', 'p') and not t.relispartition and n.nspname = any(:services)
"""
_UNIQUE_INDEXES = """
    select n.nspname as service, t.relname as table_name, x.relname as name, array(
        select a.attname from unnest(i.indkey::int2[]) as k(number)
        join pg_attribute a on a.attrelid = t.oid and a.attnum = k.number) as columns
    from pg_index i join pg_class x on x.oid = i.indexrelid join pg_class t on t.oid = i.indrelid
    join pg_namespace n on n.oid = t.relnamespace
    where i.indisunique and n.nspname = any(:services)
"""
_INDEXES = """
    select t.relname as table_name, x.relname as name
    from pg_index i join pg_class x on x.oid = i.indexrelid join pg_class t on t.oid = i.indrelid
    join pg_namespace n on n.oid = t.relnamespace
    where n.nspname = any(:services) and not exists (
        select from pg_constraint c where c.conindid = x.oid)
"""
_CONSTRAINTS = """
    select t.relname as table_name, c.conname as name, c.contype::text as kind,
           array_to_string(array(
        select a.attname from unnest(c.conkey) with ordinality as k(number, at)
        join pg_attribute a on a.attrelid = t.oid and a.attnum = k.number order by k.at), '_')
           as columns
    from pg_constraint c join pg_class t on t.oid = c.conrelid
    join pg_namespace n on n.oid = t.relnamespace
    where n.nspname = any(:services) and c.contype in ('p', 'u', 'f', 'c')
"""
_COLUMNS = """
    select n.nspname || '.' || t.relname || '.' || a.attname as place, a.attname as name,
           format_type(a.atttypid, a.atttypmod) as type
    from pg_attribute a join pg_class t on t.oid = a.attrelid
    join pg_namespace n on n.oid = t.relnamespace
    where t.relkind in ('r', 'p') and not t.relispartition and a.attnum > 0
      and not a.attisdropped and n.nspname = any(:services)
"""


@pytest.fixture
def catalog(sql: Callable[..., list[Any]]) -> Ask:
    """`catalog(statement)`: rows of PostgreSQL's own tables about our six schemas."""
    return lambda statement: [
        dict(row) for row in sql("gateway", statement, services=list(SERVICES))
    ]


def test_every_table_is_keyed_by_household_or_says_why_not(catalog: Ask) -> None:
    keys = {(row["service"], row["name"]): row["key"] for row in catalog(_KEYS)}
    assert {service for service, _ in keys} == set(SERVICES)

    other = {table for table, key in keys.items() if key[:1] != ["household_key"]}
    excused = {
        (service, name)
        for service, name in keys
        if name in _LISTED["everywhere"]
        or name in _LISTED["without_key"]
        or name in _LISTED.get(service, {})
    }

    assert other == excused
    assert {name for _, name in keys if not keys[_, name]} == set(_LISTED["without_key"])


def test_the_list_names_only_tables_that_are_there(catalog: Ask) -> None:
    tables = {(row["service"], row["name"]) for row in catalog(_KEYS)}
    names = {name for _, name in tables}

    assert names.issuperset(_LISTED["everywhere"])
    for service in SERVICES:
        assert tables.issuperset((service, name) for name in _LISTED.get(service, {}))
    assert all(len(reason) > 10 for part in _LISTED.values() for reason in part.values())


def test_no_unique_index_stands_in_the_way_of_spreading_by_household(catalog: Ask) -> None:
    by_household = {
        (row["service"], row["name"])
        for row in catalog(_KEYS)
        if row["key"][:1] == ["household_key"]
    }

    unique = [row for row in catalog(_UNIQUE_INDEXES)]

    assert unique
    for index in unique:
        if (index["service"], index["table_name"]) in by_household:
            assert "household_key" in index["columns"], index["name"]


def test_constraints_and_indexes_are_named_by_rule(catalog: Ask) -> None:
    shapes = {"p": NAMES["pk"], "u": NAMES["uq"], "f": NAMES["fk"]}
    constraints = catalog(_CONSTRAINTS)
    assert constraints

    for row in constraints:
        if row["kind"] == "c":
            assert re.fullmatch(rf"{row['table_name']}_\w+_check", row["name"])
            continue
        said = {"table_name": row["table_name"], "column_0_N_name": row["columns"]}
        assert row["name"] == shapes[row["kind"]] % said
    for row in catalog(_INDEXES):
        assert re.fullmatch(rf"{row['table_name']}_\w+_idx", row["name"])


def test_no_column_is_a_float_and_money_has_its_fen(catalog: Ask) -> None:
    columns = catalog(_COLUMNS)
    money = re.compile(
        "amount|amount_claimed|principal|balance|overdue_principal|base|interest|penalty|limit"
        "|loss|per_capita_income|control_total|total"
    )

    exact = [row for row in columns if money.fullmatch(row["name"])]

    assert len(exact) > 20
    assert all(re.fullmatch(r"numeric\(\d+,2\)", row["type"]) for row in exact)
    assert not [row["place"] for row in columns if row["type"] in ("real", "double precision")]


def test_instants_know_their_zone_and_days_are_days(catalog: Ask) -> None:
    columns = catalog(_COLUMNS)
    instants = [row for row in columns if row["name"].endswith("_at") and row["type"] != "date"]
    days = [row for row in columns if re.fullmatch(r"on|day|\w+_(on|from|to)", row["name"])]

    assert {row["type"] for row in instants} == {"timestamp with time zone"}
    assert not [row["place"] for row in columns if "without time zone" in row["type"]]
    named_otherwise = {"converted_to"}  # the number of another contract
    assert {row["type"] for row in days if row["name"] not in named_otherwise} == {"date"}
