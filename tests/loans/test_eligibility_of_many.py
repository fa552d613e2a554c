"""Many questions in one call are answered as if each were asked alone."""

import gzip
import json

import pytest

from services.loans.operations.eligibility.checks import MOST_PEOPLE
from tests.loans.questions import DAY, ask, asking, same_but_for_ids
from tests.story import COUNTY, a_contract, a_household, a_member, a_person, declare, push

PATH = "/v1/loans/bulk/eligibility-checks"
NDJSON = {"Content-Type": "application/x-ndjson"}


@pytest.fixture
def office(visit):
    return visit("poverty_office")


@pytest.fixture
def bank(visit):
    bank = visit("bank")
    declare(bank, "contracts")
    return bank


def ask_many(visitor, *questions, **more):
    """The answers to questions, line by line."""
    content = "\n".join(json.dumps(each) for each in questions).encode()
    answer = visitor.post(PATH, **({"content": content, "headers": NDJSON} | more))
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    return [json.loads(line) for line in answer.text.splitlines()]


def test_every_line_is_answered_as_if_it_were_asked_alone(visit, drain, office, bank):
    other = visit("bank")
    declare(other, "contracts")
    fit, old, lent, unclear, stranger = [
        a_person("1975-06-15"),
        a_person("1952-03-05"),
        *[a_person() for _ in range(3)],
    ]
    push(
        office,
        "households",
        *[a_household(each) for each in (fit, old, lent)],
        a_household(a_member(unclear, "71", labour_skill=None), statuses=[]),
    )
    push(other, "contracts", a_contract(lent, principal="45000.00", signed_on="2018-01-05"))
    drain()
    ask(other, fit, amount="20000.00", reserve=True)
    questions = [
        asking(fit),
        asking(fit, amount="30000.01"),
        asking(fit, amount="50000.00", as_of="2018-05-05"),
        asking(old),
        asking(old, as_of="2018-03-04", annual_rate="0.0436"),
        asking(lent),
        asking(unclear, purpose="MARRIAGE"),
        asking(stranger, branch_division=COUNTY, attested=["LOAN-05"], wish_signed_on=DAY),
    ]

    for visitor in (bank, office):
        lines = ask_many(visitor, *questions)
        alone = [
            visitor.post("/v1/loans/eligibility-checks", json=question).json()
            for question in questions
        ]

        assert [line["line"] for line in lines] == list(range(1, 9))
        assert {line.pop("outcome") for line in lines} == {"answered"}
        for line, single in zip(lines, alone, strict=True):
            assert single.pop("reservation") is None
            assert same_but_for_ids(line) == same_but_for_ids(single)
            found = visitor.get(f"/v1/loans/eligibility-checks/{line['check_id']}").json()
            again = visitor.get(f"/v1/loans/eligibility-checks/{single['check_id']}").json()
            assert same_but_for_ids(found) == same_but_for_ids(again)
        assert len({line["verdict"] for line in lines}) >= 2


def test_a_line_that_is_no_question_is_refused_alone(visit, drain, office, bank):
    person, elsewhere = a_person(), a_person()
    far = visit("poverty_office", divisions=["230221"])
    push(office, "households", a_household(person))
    push(far, "households", a_household(elsewhere, village_code="230221100200"))
    drain()

    lines = ask_many(
        bank,
        asking(person),
        asking(person, amount=1),
        asking(a_person()),
        asking(person, as_of="2199-01-01"),
        asking(person, reserve=True),
        asking(person, branch_division="230221"),
        asking(elsewhere),
        asking(person),
    )
    for_the_office = ask_many(office, asking(elsewhere), asking(person))

    assert [line["outcome"] for line in lines] == ["answered", *["rejected"] * 6, "answered"]
    assert [line.get("pointer") for line in lines[1:7]] == [
        "/amount",
        "/branch_division",
        "/as_of",
        "/reserve",
        "/branch_division",
        "/branch_division",
    ]
    assert all(line["message"] and line["code"] for line in lines[1:7])
    # A stranger and somebody who lives elsewhere are refused by the same sentence.
    assert lines[2] | {"line": 0} == lines[6] | {"line": 0}
    assert [line.get("code") for line in for_the_office] == ["not-found", None]
    assert person.id_number not in str(lines)


def test_csv_and_gzip_are_taken_as_in_every_bulk(drain, office, bank):
    person = a_person()
    push(office, "households", a_household(person))
    drain()
    question = asking(person)
    del question["attested"]  # in a table a list is one column for each item
    table = "\n".join(
        ",".join(str(value) for value in row) for row in (question, question.values())
    )

    [by_csv] = ask_many(bank, content=table.encode(), headers={"Content-Type": "text/csv"})
    packed = gzip.compress(json.dumps(question).encode())
    [by_gzip] = ask_many(bank, content=packed, headers=NDJSON | {"Content-Encoding": "gzip"})

    assert by_csv["line"] == 2
    assert same_but_for_ids(by_csv) == same_but_for_ids(by_gzip)
    for content, kind, status in (
        (b"", "application/x-ndjson", 422),
        (b"{}", "application/json", 415),
    ):
        headers = {"Content-Type": kind}
        assert bank.post(PATH, content=content, headers=headers).status_code == status
    assert [line["outcome"] for line in ask_many(bank, content=b"[]\nnull\n{")] == ["rejected"] * 3


def test_one_call_asks_about_ten_thousand_people_and_no_more(bank):
    row = json.dumps({"name": "王"}).encode()

    too_many = bank.post(PATH, content=b"\n".join([row] * (MOST_PEOPLE + 1)), headers=NDJSON)
    as_many = ask_many(bank, content=b"\n".join([row] * MOST_PEOPLE))

    assert too_many.status_code == 422
    assert too_many.json()["code"] == "too-many-rows"
    assert "10000" in too_many.json()["detail"]
    assert len(as_many) == MOST_PEOPLE
    assert {line["outcome"] for line in as_many} == {"rejected"}
