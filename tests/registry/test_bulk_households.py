"""Many households in one push: per row, all or nothing, for show, now or as a job."""

import gzip
from collections.abc import Callable
from typing import Any

import pytest

from kernel.bulk import formats, upload
from tests.registry.households import CSV, NDJSON, VILLAGE, household, id_number, ndjson
from tests.visitor import Visitor

HOUSEHOLDS = "/v1/registry/households"
BULK = "/v1/registry/bulk/households"
ASYNC = {**NDJSON, "Prefer": "respond-async"}
OUTCOMES = ("accepted", "unchanged", "superseded", "rejected", "pending")


def push(office: Visitor, *rows: Any, headers: dict[str, str] = NDJSON, **query: Any) -> Any:
    return office.post(BULK, content=ndjson(rows), headers=headers, params=query)


def assert_counts(answer: dict[str, Any], **counts: int) -> None:
    """The counts named are so, the others are zero, and they add up to what was received."""
    assert {name: answer[name] for name in OUTCOMES} == dict.fromkeys(OUTCOMES, 0) | counts
    assert answer["received"] == sum(counts.values())


def stored(office: Visitor) -> list[str]:
    items = office.get(HOUSEHOLDS, params={"limit": 200}).json()["items"]
    return sorted(item["household_no"] for item in items)


def test_an_office_hears_of_each_row_what_became_of_it(office: Visitor) -> None:
    push(office, household(1), household(2, source_version=5))

    answer = push(
        office,
        household(1),
        b"",
        household(2, source_version=4),
        household(3),
        household(3, main_cause="NOTHING"),
        household(3, attribute="DIBAO"),
        household(4, village_code="230230100201"),
    ).json()

    assert_counts(answer, accepted=1, unchanged=1, superseded=1, rejected=3)
    told = [(row["line"], row["outcome"], row.get("code")) for row in answer["results"]]
    assert told == [
        (1, "unchanged", None),
        (3, "superseded", None),
        (4, "accepted", None),
        (5, "rejected", "enum"),
        (6, "rejected", "version-conflict"),
        (7, "rejected", "not-your-division"),
    ]
    assert answer["results"][3]["pointer"] == "/main_cause"
    assert stored(office) == ["230231100001", "230231100002", "230231100003"]


def test_an_office_that_says_one_thing_twice_in_a_file_is_heard_once(office: Visitor) -> None:
    answer = push(office, household(1), household(1)).json()

    assert_counts(answer, accepted=1, unchanged=1)
    assert answer["results"][0]["id"] == answer["results"][1]["id"]


def test_an_office_that_repeats_what_is_on_record_after_a_contradiction_is_unchanged(
    office: Visitor,
) -> None:
    push(office, household(1))

    answer = push(office, household(1, attribute="DIBAO"), household(1)).json()

    assert [row["outcome"] for row in answer["results"]] == ["rejected", "unchanged"]


def test_an_office_may_send_versions_of_a_household_in_one_file(office: Visitor) -> None:
    versions = [
        household(1, source_version=n, attribute=a) for n, a in ((1, "DIBAO"), (3, "WUBAO"))
    ]

    answer = push(office, *versions, household(1, source_version=2)).json()

    assert [row["outcome"] for row in answer["results"]] == ["accepted", "accepted", "superseded"]
    [seen] = office.get(HOUSEHOLDS).json()["items"]
    assert (seen["attribute"], seen["source_version"]) == ("WUBAO", 3)


def test_an_atomic_push_of_an_office_stores_all_or_nothing(office: Visitor) -> None:
    withdrawn = push(office, household(1), household(2, attribute="?"), mode="atomic").json()

    assert_counts(withdrawn, rejected=2)
    assert [row["code"] for row in withdrawn["results"]] == ["withdrawn", "enum"]
    assert stored(office) == []

    kept = push(office, household(1), household(2), mode="atomic").json()

    assert_counts(kept, accepted=2)
    assert len(stored(office)) == 2


def test_a_dry_run_of_an_office_says_all_and_stores_nothing(
    office: Visitor, feed: Callable[[], list[Any]]
) -> None:
    answer = push(office, household(1), household(2, attribute="?"), dry_run="true").json()

    assert_counts(answer, accepted=1, rejected=1)
    assert "dry run" in answer["detail"]
    assert "id" not in answer["results"][0]
    assert (stored(office), feed()) == ([], [])


def test_an_office_may_send_gzip_of_one_or_more_members(office: Visitor) -> None:
    body = gzip.compress(ndjson([household(1)])) + gzip.compress(ndjson([household(2)]))

    answer = office.post(BULK, content=body, headers={**NDJSON, "Content-Encoding": "gzip"})

    assert_counts(answer.json(), accepted=2)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"no gzip at all", 422),
        (gzip.compress(ndjson([household(1)]))[:-9], 422),
        (gzip.compress(b" " * (2**20 + 1)), 413),
        (gzip.compress(b" ") + gzip.compress(b" " * 2**20), 413),
    ],
    ids=["none", "cut", "bomb", "bomb behind a small member"],
)
def test_an_office_whose_gzip_is_unusable_is_told_so(
    office: Visitor, monkeypatch: pytest.MonkeyPatch, body: bytes, status: int
) -> None:
    monkeypatch.setattr(formats, "INFLATED_LIMIT", 2**20)

    answer = office.post(BULK, content=body, headers={**NDJSON, "Content-Encoding": "gzip"})

    assert answer.status_code == status


def test_an_office_may_send_csv_with_dotted_headings_and_a_byte_order_mark(
    office: Visitor,
) -> None:
    text = (
        "household_no,village_code,attribute,main_cause,other_causes.1,statuses.1.status,"
        "statuses.1.valid_from,members.1.member_no,members.1.name,members.1.id_number,"
        "members.1.relation,members.2.member_no,members.2.name,members.2.id_number,"
        "members.2.relation,source_version\r\n"
        f"H1,{VILLAGE},DIBAO,ILLNESS,NO_CAPITAL,REGISTERED,2015-01-01,1,王一,{id_number(1)},HEAD,"
        f"2, 王二 ,{id_number(2)},SPOUSE,7\r\n"
        " ,,\r\n"
        f"H2,{VILLAGE},DIBAO,ILLNESS,,,,1,王三,{id_number(3)},HEAD,,,,,7\r\n"
    )

    answer = office.post(BULK, content=text.encode("utf-8-sig"), headers=CSV).json()

    # H2 lacks its statuses: an empty list cannot be written in CSV, so the row is refused.
    assert [(row["line"], row["outcome"]) for row in answer["results"]] == [
        (2, "accepted"),
        (4, "rejected"),
    ]
    assert answer["results"][1]["pointer"] == "/statuses"
    [seen] = office.get(HOUSEHOLDS).json()["items"]
    assert [one["relation"] for one in seen["members"]] == ["HEAD", "SPOUSE"]
    assert (seen["other_causes"], seen["source_version"]) == (["NO_CAPITAL"], 7)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "household_no,household_no\n1,2\n",
        "members,members.1.name\n1,2\n",
        ".".join(["members"] * 5000) + "\n1\n",
        'household_no\n"open',
        "户".encode("gbk"),
    ],
    ids=["empty", "twice", "a part", "deep", "quote", "gbk"],
)
def test_an_office_whose_csv_cannot_be_read_is_told_422(office: Visitor, text: str | bytes) -> None:
    assert office.post(BULK, content=text, headers=CSV).status_code == 422


def test_an_office_with_cells_beyond_the_headings_of_a_csv_is_refused_that_row(
    office: Visitor,
) -> None:
    answer = office.post(BULK, content="household_no\n1,secret\n", headers=CSV).json()

    assert_counts(answer, rejected=1)
    assert "secret" not in str(answer)


@pytest.mark.parametrize("kind", ["application/json", "", "text/plain"])
def test_an_office_that_sends_another_kind_of_file_is_told_415(office: Visitor, kind: str) -> None:
    assert push(office, household(1), headers={"Content-Type": kind}).status_code == 415


@pytest.mark.parametrize("headers", [NDJSON, ASYNC])
def test_an_office_that_sends_no_rows_is_told_so(office: Visitor, headers: dict[str, str]) -> None:
    assert office.post(BULK, content=b"\n\n", headers=headers).json()["code"] == "empty"


def test_an_office_may_ask_for_a_job_and_follow_it(
    office: Visitor, visit: Callable[..., Visitor], drain: Callable[[], None]
) -> None:
    rows = [household(1), household(2, attribute="?"), household(2), b"\xff\xfe{", household(1)]
    asked = push(office, *rows, headers=ASYNC)

    assert asked.status_code == 202
    job = asked.headers["location"]
    assert job == f"/v1/registry/jobs/{asked.json()['job_id']}"
    assert asked.json()["state"] == "queued"
    assert_counts(asked.json()["counts"], pending=5)
    drain()

    done = office.get(job).json()
    assert done["state"] == "done"
    assert_counts(done["counts"], accepted=2, unchanged=1, rejected=2)
    errors = office.get(f"{job}/errors").json()
    assert [(row["line"], row["outcome"]) for row in errors] == [
        (2, "rejected"),
        (4, "rejected"),
        (5, "unchanged"),
    ]
    assert office.get(f"{job}/errors", params={"after_line": 2, "limit": 1}).json() == errors[1:2]
    assert visit("poverty_office", divisions=["230231"]).get(job).status_code == 404


def test_a_job_keeps_no_row_once_it_is_done(
    office: Visitor, drain: Callable[[], None], sql: Callable[..., list[Any]]
) -> None:
    push(office, household(1), headers=ASYNC)
    [kept] = sql("registry", "select sealed from job_chunk")
    assert b"2302311" not in bytes(kept["sealed"])

    drain()

    [kept] = sql("registry", "select sealed from job_chunk")
    assert kept["sealed"] is None


def test_a_job_of_an_office_is_worked_chunk_by_chunk_in_the_order_of_its_lines(
    office: Visitor, drain: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload, "CHUNK", 2)
    rows = [household(1, source_version=n, attribute=a) for n, a in ((1, "DIBAO"), (2, "WUBAO"))]
    asked = push(office, *rows, rows[0], household(1, source_version=2), headers=ASYNC)
    drain()

    done = office.get(asked.headers["location"]).json()
    assert_counts(done["counts"], accepted=2, unchanged=1, rejected=1)
    assert office.get(HOUSEHOLDS).json()["items"][0]["attribute"] == "WUBAO"


def test_a_job_of_an_office_that_fails_midway_says_so_and_keeps_what_was_done(
    office: Visitor,
    drain: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
    sql: Callable[..., list[Any]],
) -> None:
    monkeypatch.setattr(upload, "CHUNK", 1)
    asked = push(office, household(1), household(2), household(3), headers=ASYNC)
    sql("registry", "update job_chunk set sealed = 'x' where chunk_no = 2")
    drain()

    done = office.get(asked.headers["location"]).json()
    assert (done["state"], done["counts"]["accepted"]) == ("failed", 1)
    assert_counts(done["counts"], accepted=1, rejected=2)
    assert stored(office) == ["230231100001"]
    assert sql("registry", "select chunk_no from job_chunk where sealed is not null") == []


def test_more_than_a_thousand_rows_of_an_office_become_a_job(
    office: Visitor, drain: Callable[[], None]
) -> None:
    asked = push(office, *[household(n) for n in range(1, 1002)])
    assert asked.status_code == 202
    drain()

    done = office.get(asked.headers["location"]).json()
    assert_counts(done["counts"], accepted=1001)


@pytest.mark.parametrize("query", [{"mode": "atomic"}, {"dry_run": "true"}])
def test_an_office_may_have_a_job_withdrawn_or_only_tried(
    office: Visitor,
    drain: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
    query: dict[str, str],
) -> None:
    monkeypatch.setattr(upload, "CHUNK", 5)
    rows = [household(n) for n in range(1, 12)] + [household(1, attribute="?")]
    asked = push(office, *rows, headers=ASYNC, **query)
    drain()

    done = office.get(asked.headers["location"]).json()

    expected = {"rejected": 12} if "mode" in query else {"accepted": 11, "rejected": 1}
    assert done["state"] == "done"
    assert_counts(done["counts"], **expected)
    assert stored(office) == []
    assert all(
        "id" not in row or row["id"] is None
        for row in office.get(f"{asked.headers['location']}/errors").json()
    )


def test_an_office_declares_with_a_push_that_this_is_everything(office: Visitor) -> None:
    covers = {"covers": "2018-01-01/2019-01-01", "covers_division": "230231"}
    answer = push(office, household(1), household(2), **covers).json()

    [declared] = office.get("/v1/registry/declarations").json()["items"]
    assert declared["declaration_id"] == answer["declaration_id"]
    assert (declared["kind"], declared["rows"]) == ("households", 2)
    assert declared["division"] == "230231000000"
    assert (declared["valid_from"], declared["valid_to"]) == ("2018-01-01", "2019-01-01")


def test_an_office_whose_row_was_rejected_has_declared_nothing(
    office: Visitor, drain: Callable[[], None]
) -> None:
    rows = [household(1), household(2, attribute="?")]
    for headers in (NDJSON, ASYNC):
        answer = push(office, *rows, headers=headers, covers="2018-01-01/2019-01-01")
        drain()
        if "location" in answer.headers:
            answer = office.get(answer.headers["location"])

        assert answer.json().get("declaration_id") is None
        assert "no declaration was filed" in answer.json()["detail"]
    assert office.get("/v1/registry/declarations").json()["items"] == []


def test_a_job_of_an_office_declares_when_it_is_done(
    office: Visitor, drain: Callable[[], None]
) -> None:
    asked = push(office, household(1), headers=ASYNC, covers="2018-01-01/2019-01-01")
    assert office.get("/v1/registry/declarations").json()["items"] == []
    drain()

    [declared] = office.get("/v1/registry/declarations").json()["items"]
    done = office.get(asked.headers["location"]).json()
    assert (declared["declaration_id"], declared["division"]) == (done["declaration_id"], None)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"covers": "2018"}, 400),
        ({"covers": "2018-01-01/2018-01-01"}, 422),
        ({"covers": "2018-01-01/2019-01-01", "covers_division": "230230"}, 403),
        ({"covers_division": "230231"}, 400),
        ({"control_total": "1.00"}, 400),
    ],
)
@pytest.mark.parametrize("prefer", ["", "respond-async"])
def test_an_office_that_cannot_declare_this_is_told_before_anything_is_stored(
    office: Visitor, query: dict[str, str], status: int, prefer: str
) -> None:
    answer = push(office, household(1), headers={**NDJSON, "Prefer": prefer}, **query)

    assert answer.status_code == status
    assert stored(office) == []
