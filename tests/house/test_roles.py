"""A service that is broken into shows one service's tables."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from jinqiao.migration import SERVICES

Sql = Callable[..., list[Any]]


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_no_right_on_its_neighbours(sql: Sql, service: str) -> None:
    assert sql(service, "select count(*) as n from outbox")[0]["n"] >= 0

    for neighbour in SERVICES:
        if neighbour == service:
            continue
        for statement in (
            f"select * from {neighbour}.outbox",
            f"insert into {neighbour}.reader_cursor values ('me', 1, now())",
            f"delete from {neighbour}.declaration",
        ):
            with pytest.raises(DBAPIError, match="permission denied for schema"):
                sql(service, statement)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_owns_nothing_and_makes_no_tables(sql: Sql, service: str) -> None:
    owned = "select relname from pg_class where relowner = (select oid from pg_roles where rolname"
    assert sql(service, f"{owned} = current_user) and relpersistence = 'p'") == []

    for statement in (
        f"create table {service}.mine (n int)",
        "create table public.mine (n int)",
        f"drop table {service}.outbox",
        "create role me",
        "set role postgres",
    ):
        with pytest.raises(DBAPIError, match=r"permission denied|must be owner|does not exist"):
            sql(service, statement)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_no_right_beyond_rows(sql: Sql, service: str) -> None:
    [role] = sql(
        service,
        "select rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls"
        " from pg_roles where rolname = current_user",
    )
    assert not any(role.values())


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_adds_to_the_access_log_and_changes_nothing_in_it(sql: Sql, service: str) -> None:
    for statement in (
        "update access_record set purpose = 'NONE'",
        "delete from access_record",
        "truncate access_record",
        "drop table access_record",
    ):
        with pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
            sql(service, statement)
