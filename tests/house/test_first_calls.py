"""The README's first calls, sent as they stand there, get the answers that stand there."""

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import httpx

from tests.house.tree import ROOT
from tests.visitor import Visitor

README = (ROOT / "README.md").read_text(encoding="utf-8")
FIRST_CALLS = README[README.index("## First calls") : README.index("## Where everything is")]


class Call(NamedTuple):
    """A curl command of the README, and what it says of the answer."""

    who: str
    path: str
    headers: dict[str, str]
    body: str | None
    answers: list[str]


def agencies() -> dict[str, tuple[str, str]]:
    """By credentials file: the agency's code and where it serves."""
    places = re.findall(r"jinqiao agency add (\S+) .*--division (\d+)", FIRST_CALLS)
    clients = re.findall(r"jinqiao client add (\S+) --role (\S+) --out (\S+)\.json", FIRST_CALLS)
    assert len(places) == len(clients) == 3
    return {role: (code, dict(places)[code]) for code, role, _ in clients}


def calls() -> list[Call]:
    blocks = "\n".join(re.findall(r"```sh\n(.*?)```", FIRST_CALLS, re.S))
    found = []
    for part in re.split(r"\n(?=curl |printf )", blocks)[1:]:
        command, *comments = re.split(r"\n# ", part)
        answers = [comment.partition("\n")[0] for comment in comments]
        found.append(_call(command, answers))
    return found


def _call(command: str, answers: list[str]) -> Call:
    words = shlex.split(command.replace("\\\n", " "))
    options = words[words.index("curl") + 1 :]
    path = next(word for word in options if word.startswith("$exchange")).removeprefix("$exchange")
    headers = [options[i + 1] for i, word in enumerate(options) if word == "-H"]
    more = {"Content-Type": "application/json", **dict(h.split(": ") for h in headers if ": " in h)}
    body = options[options.index("-d") + 1] if "-d" in options else None
    if words[0] == "printf":
        body = "\n".join(words[2 : words.index("|")])
    return Call(headers[0].removeprefix("$"), path, more, body, answers)


def test_the_first_calls_of_the_readme_work(
    visit: Callable[..., Visitor], drain: Callable[[], None]
) -> None:
    roles = {"office": "poverty_office", "bank": "bank", "insurer": "insurer"}
    known = agencies()
    visitors = {
        who: visit(role, agency=known[role][0], divisions=[known[role][1]])
        for who, role in roles.items()
    }

    for call in (sent := calls()):
        answer = _send(visitors[call.who], call)
        assert answer.status_code < 300, (call.path, answer.text)
        told = json.dumps(answer.json(), ensure_ascii=False)
        assert call.answers, f"the README does not say what {call.path} answers"
        assert [said for said in call.answers if said not in told] == [], told
        drain()

    assert len(sent) == 12
    assert {call.who for call in sent} == set(roles)


def _send(visitor: Visitor, call: Call) -> httpx.Response:
    if call.body is None:
        return visitor.get(call.path)
    return visitor.post(call.path, content=call.body.encode(), headers=call.headers)


def test_the_map_shows_where_the_first_rule_endpoint_and_field_go() -> None:
    table = README[README.index("## Where a change goes") :]

    for change in ("a new rule", "a new field", "a new endpoint"):
        [row] = re.findall(rf"^\| {change}.*\|$", table, re.M)
        for place in re.findall(r"`(\w+\.py|law/|operations|queries)`", row):
            assert list(Path(ROOT / "services").glob(f"*/{place}")), place
