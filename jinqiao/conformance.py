"""What a partner of the exchange must be able to do, played with his own credentials.

Each duty is a sentence and a function that raises Unmet if it fails. The rows that are pushed carry
numbers that begin with CONFORM and people whose ID numbers begin with 230199, which are nobody's;
they stay on record, so this is for a sandbox or an exchange for tests.
"""

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

from jinqiao.partner import Partner
from kernel.people import check_character

Row = dict[str, Any]


class Unmet(Exception):
    """What was expected, and what came."""


@dataclass(slots=True)
class Play:
    """A partner in the course of his duties."""

    partner: Partner
    service: str
    resource: str
    row: Row
    number: str
    """The field of the row that holds the partner's own number."""
    amends: tuple[str, Any]
    """A field, and what it becomes in a correction."""
    claims: Row = field(default_factory=dict)

    @property
    def path(self) -> str:
        """Where single rows are pushed."""
        return f"/v1/{self.service}/{self.resource}"

    def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        """A request with the partner's token."""
        token = {"Authorization": f"Bearer {self.partner.token()}"}
        headers = {**token, **options.pop("headers", {})}
        return self.partner.http.request(method, path, headers=headers, **options)


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing that a partner must be able to do."""

    says: str
    play: Callable[[Play], None]


@dataclass(frozen=True, slots=True)
class Result:
    """Whether a duty was met, and if not, why."""

    duty: str
    passed: bool
    why: str = ""


ROLES = {"bank": "bank", "insurer": "insurer", "office": "poverty_office"}


def perform(role: str, partner: Partner) -> Iterator[Result]:
    """Play every duty of a role (`bank`, `insurer` or `office`), one after the other."""
    play = _play(role, partner)
    for duty in DUTIES:
        try:
            duty.play(play)
        except (Unmet, httpx.HTTPError, KeyError, ValueError) as failure:
            yield Result(duty.says, passed=False, why=str(failure) or type(failure).__name__)
        else:
            yield Result(duty.says, passed=True)


def _play(role: str, partner: Partner) -> Play:
    claims = _claims(partner.token())
    county = next(iter(claims.get("divisions", [])), "230231000000")[:6]
    serial = f"CONFORM-{uuid4().hex[:12]}"
    amends: tuple[str, Any]
    if role == "bank":
        row, number, amends = _contract(serial, county), "contract_no", ("purpose_text", "养牛")
        play = Play(partner, "loans", "contracts", row, number, amends)
    elif role == "insurer":
        row, number = _product(serial), "product_code"
        amends = ("liabilities", [{**row["liabilities"][0], "sum": "60000.00"}])
        play = Play(partner, "insurance", "products", row, number, amends)
    else:
        row, number, amends = _household(serial, county), "household_no", ("main_cause", "ILLNESS")
        play = Play(partner, "registry", "households", row, number, amends)
    play.claims = claims | {"wanted": ROLES[role]}
    return play


def _claims(token: str) -> Row:
    """What our own token says of us; nobody is asked to believe it."""
    body = token.split(".")[1]
    return dict(json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))))


# --- the duties ---


def _comes_in(play: Play) -> None:
    _same("the role of the token", play.claims["role"], play.claims["wanted"])


def _is_turned_away(play: Play) -> None:
    form = {"grant_type": "client_credentials"}
    wrong = (play.partner.client_id, "wrong")
    answer = play.partner.http.post("/oauth2/token", data=form, auth=wrong)
    _status(answer, 401)
    _status(play.partner.http.get(play.path), 401)


def _reads_problems(play: Play) -> None:
    answer = play.send("GET", play.path, params={"no_such_filter": "1"})
    _status(answer, 400)
    _same("the media type", answer.headers["content-type"], "application/problem+json")
    _same("the code", answer.json()["code"], "unknown-filter")


def _pushes(play: Play) -> None:
    answer = play.send("POST", play.path, json=play.row)
    _status(answer, 201)
    _same("the outcome", answer.json()["outcome"], "accepted")
    if "Event-Id" not in answer.headers:
        raise Unmet("the answer has no Event-Id")


def _pushes_again(play: Play) -> None:
    answer = play.send("POST", play.path, json=play.row)
    _status(answer, 200)
    _same("the outcome", answer.json()["outcome"], "unchanged")


def _meets_a_conflict(play: Play) -> None:
    name, value = play.amends
    answer = play.send("POST", play.path, json={**play.row, name: value})
    _status(answer, 409)
    _same("the code", answer.json()["code"], "version-conflict")


def _corrects(play: Play) -> None:
    name, value = play.amends
    answer = play.send("POST", play.path, json={**play.row, name: value, "source_version": 2})
    _status(answer, 200)
    _same("the outcome", answer.json()["outcome"], "accepted")


def _comes_late(play: Play) -> None:
    name, value = play.amends
    answer = play.send("POST", play.path, json={**play.row, name: value, "source_version": 0})
    _same("the outcome of the old version", answer.json()["outcome"], "superseded")


def _reads_back(play: Play) -> None:
    number = play.row[play.number]
    [found] = play.partner.items(play.path, **{play.number: number})
    one = play.send("GET", f"{play.path}/{_id_of(found)}")
    _status(one, 200)
    _same("the number", one.json()[play.number], number)


def _reads_pages(play: Play) -> None:
    seen: set[str] = set()
    page = play.partner.get(play.path, limit=2)
    for _ in range(5):
        ids = {_id_of(item) for item in page["items"]}
        if ids & seen:
            raise Unmet("a page repeats what a page before it showed")
        seen |= ids
        if page["next_after"] is None:
            return
        page = play.partner.get(play.path, limit=2, after=page["next_after"])


def _id_of(item: Row) -> str:
    return str(item["household_id"] if "household_id" in item else item["id"])


def _is_refused(play: Play) -> None:
    faulty = {**play.row, play.number: play.row[play.number] + "-X", "no_such_field": 1}
    answer = play.send("POST", play.path, json=faulty)
    _status(answer, 422)
    _same("the pointer", answer.json()["errors"][0]["pointer"], "/no_such_field")


def _pushes_a_file(play: Play) -> None:
    good = {**play.row, play.number: play.row[play.number] + "-2"}
    body = "\n".join((json.dumps(good), json.dumps({**good, "no_such_field": 1}))).encode()
    path = f"/v1/{play.service}/bulk/{play.resource}"
    kind = {"Content-Type": "application/x-ndjson"}
    dry = play.send("POST", path, content=body, headers=kind, params={"dry_run": "true"}).json()
    _same("the rows received", dry["received"], 2)
    done = play.send("POST", path, content=body, headers=kind).json()
    parts = ("accepted", "unchanged", "superseded", "rejected", "pending")
    _same("the sum of the counts", sum(done[part] for part in parts), done["received"])
    _same("the accepted", done["accepted"], 1)
    _same("the line that was rejected", [row["line"] for row in done["results"]][-1], 2)


def _reads_the_feed(play: Play) -> None:
    after = 0
    for _ in range(1_000):
        answer = play.send("GET", f"/v1/{play.service}/feed", params={"after": after})
        _status(answer, 200)
        page = answer.json()
        positions = [event["position"] for event in page["items"]]
        if positions != sorted(set(positions)) or any(each <= after for each in positions):
            raise Unmet("positions do not grow")
        if page["next_after"] == after:
            return
        after = page["next_after"]
    raise Unmet("the feed has not ended after a thousand pages")


DUTIES = (
    Duty("takes a token with the role it is registered for", _comes_in),
    Duty("is refused with a wrong secret, and without a token", _is_turned_away),
    Duty("reads a problem: its code decides, its type is a page", _reads_problems),
    Duty("pushes one row, and is answered with 201 and an Event-Id", _pushes),
    Duty("pushes the same again, and nothing changes", _pushes_again),
    Duty("sends other content under the same version, and meets a conflict", _meets_a_conflict),
    Duty("corrects under a higher version", _corrects),
    Duty("sends the old version late, and it is superseded", _comes_late),
    Duty("reads back what it pushed", _reads_back),
    Duty("reads a list page by page", _reads_pages),
    Duty("sends a field nobody knows, and is pointed to it", _is_refused),
    Duty("pushes a file in which a wrong line stops only itself", _pushes_a_file),
    Duty("reads the feed to its end, positions growing", _reads_the_feed),
)


def _status(answer: httpx.Response, wanted: int) -> None:
    if answer.status_code != wanted:
        told = answer.text[:300]
        raise Unmet(f"{answer.request.url.path} answered {answer.status_code}: {told}")


def _same(what: str, found: object, wanted: object) -> None:
    if found != wanted:
        raise Unmet(f"{what} is {found}, not {wanted}")


# --- the rows ---


def _id_number() -> str:
    first_17 = f"23019919750615{uuid4().int % 1000:03d}"
    return first_17 + check_character(first_17)


def _contract(serial: str, county: str) -> Row:
    return {
        "contract_no": serial,
        "branch_division": county,
        "borrower_name": "张三",
        "borrower_id_number": _id_number(),
        "kind": "NEW",
        "product": "POVERTY_MICRO",
        "principal": "50000.00",
        "annual_rate": "0.0435",
        "convention": "ITEM_YMD",
        "settlement": "QUARTERLY",
        "applied_on": "2018-03-01",
        "signed_on": "2018-03-05",
        "disbursed_on": "2018-03-05",
        "matures_on": "2019-03-05",
        "purpose": "BREEDING",
        "guarantee": "NONE",
        "balance": "50000.00",
        "overdue_principal": "0.00",
        "five_class": 1,
        "as_at": "2018-03-31",
    }


def _product(serial: str) -> Row:
    liability = {"kind": "ACCIDENT_DEATH", "basis": "FIXED", "sum": "50000.00"}
    return {
        "product_code": serial,
        "liabilities": [{**liability, "shared_by_household": False}],
    }


def _household(serial: str, county: str) -> Row:
    return {
        "household_no": serial,
        "village_code": f"{county}100200",
        "attribute": "GENERAL_POOR",
        "main_cause": "NO_CAPITAL",
        "statuses": [{"status": "REGISTERED", "valid_from": "2015-01-01"}],
        "members": [
            {
                "member_no": "1",
                "name": "张三",
                "id_number": _id_number(),
                "relation": "HEAD",
                "labour_skill": "ORDINARY",
            }
        ],
        "as_at": "2018-03-31",
    }
