"""What happens behind a request's back goes on though a part of it fails."""

import pytest

from tests.story import a_household, a_person, push


def test_a_service_that_cannot_judge_holds_up_no_office(visit, drain, sql):
    sql("loans", "insert into screening_request values (gen_random_uuid(), '{}')")
    push(visit("poverty_office"), "households", a_household(a_person()))

    with pytest.raises(KeyError):
        drain()

    for service in ("loans", "insurance", "subsidy"):
        assert sql(service, "select household_no from household"), service
