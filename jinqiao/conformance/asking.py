"""What a partner does of himself: takes tokens, pushes, corrects, reads."""

from jinqiao.conformance.duties import Duty, Unmet, same, status
from jinqiao.conformance.play import Play
from jinqiao.conformance.rows import Row


def _comes_in(play: Play) -> None:
    same("the role of the token", play.claims["role"], play.role)


def _is_turned_away(play: Play) -> None:
    form = {"grant_type": "client_credentials"}
    wrong = (play.partner.client_id, "wrong")
    answer = play.partner.http.post("/oauth2/token", data=form, auth=wrong)
    status(answer, 401)
    status(play.partner.http.get(play.path), 401)


def _reads_problems(play: Play) -> None:
    answer = play.send("GET", play.path, params={"no_such_filter": "1"})
    status(answer, 400)
    same("the media type", answer.headers["content-type"], "application/problem+json")
    same("the code", answer.json()["code"], "unknown-filter")


def _pushes(play: Play) -> None:
    answer = play.send("POST", play.path, json=play.row)
    status(answer, 201)
    same("the outcome", answer.json()["outcome"], "accepted")
    if "Event-Id" not in answer.headers:
        raise Unmet("the answer has no Event-Id")


def _pushes_again(play: Play) -> None:
    answer = play.send("POST", play.path, json=play.row)
    status(answer, 200)
    same("the outcome", answer.json()["outcome"], "unchanged")


def _meets_a_conflict(play: Play) -> None:
    name, value = play.amends
    answer = play.send("POST", play.path, json={**play.row, name: value})
    status(answer, 409)
    same("the code", answer.json()["code"], "version-conflict")


def _corrects(play: Play) -> None:
    name, value = play.amends
    answer = play.send("POST", play.path, json={**play.row, name: value, "source_version": 2})
    status(answer, 200)
    same("the outcome", answer.json()["outcome"], "accepted")


def _comes_late(play: Play) -> None:
    name, value = play.amends
    answer = play.send("POST", play.path, json={**play.row, name: value, "source_version": 0})
    same("the outcome of the old version", answer.json()["outcome"], "superseded")


def _reads_back(play: Play) -> None:
    number = play.row[play.number]
    [found] = play.partner.items(play.path, **{play.number: number})
    one = play.send("GET", f"{play.path}/{_id_of(found)}")
    status(one, 200)
    same("the number", one.json()[play.number], number)


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
    status(answer, 422)
    same("the pointer", answer.json()["errors"][0]["pointer"], "/no_such_field")


def _pushes_a_file(play: Play) -> None:
    good = {**play.row, play.number: play.row[play.number] + "-2"}
    lines = [good, {**good, "no_such_field": 1}]
    dry = play.push_file(play.resource, lines, dry_run="true")
    same("the rows received", dry["received"], 2)
    done = play.push_file(play.resource, lines)
    parts = ("accepted", "unchanged", "superseded", "rejected", "pending")
    same("the sum of the counts", sum(done[part] for part in parts), done["received"])
    same("the accepted", done["accepted"], 1)
    same("the line that was rejected", [row["line"] for row in done["results"]][-1], 2)


def _reads_the_feed(play: Play) -> None:
    after = 0
    for _ in range(1_000):
        answer = play.send("GET", f"/v1/{play.service}/feed", params={"after": after})
        status(answer, 200)
        page = answer.json()
        positions = [event["position"] for event in page["items"]]
        if positions != sorted(set(positions)) or any(each <= after for each in positions):
            raise Unmet("positions do not grow")
        if page["next_after"] == after:
            return
        after = page["next_after"]
    raise Unmet("the feed has not ended after a thousand pages")


DUTIES: tuple[Duty[Play], ...] = (
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
