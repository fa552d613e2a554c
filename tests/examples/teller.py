"""Who tells the story: sends each request as its teller says, and keeps what it was answered.

    told = teller.ask("push_household", "office", body={...})
    teller.ask("read_household", "office", id=told["household"]["household_id"])

An operation is called by its operationId, whoever asks by the name it was let in under. The first
asking of an operation is the document's example, later ones only move the story on.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from gateway.openapi.described import operations
from jinqiao.exchange import Exchange
from tests.examples.tables import as_csv, as_ndjson
from tests.visitor import Send, Visitor

Json = dict[str, Any]

NDJSON, CSV = "application/x-ndjson", "text/csv"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request and its answer."""

    operation: str
    by: str
    """The role that asked, and `officer` if it was one; empty without a token."""
    path: Mapping[str, str | int]
    query: Mapping[str, Any]
    headers: Mapping[str, str]
    media_type: str
    """Of the body; empty without one."""
    body: Any
    answer: httpx.Response
    refused: str
    """Under which of the document's problems it was refused."""


@dataclass
class Teller:
    """Tells the story to an exchange; `asked` is what was asked of it."""

    send: Send
    drain: Callable[[], None]
    """Lets everything arrive that is on its way."""
    document: Json
    visitors: dict[str, Visitor] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def __post_init__(self) -> None:
        found = operations(self.document["paths"])
        self._at = {each["operationId"]: (path, method, each) for path, method, each in found}

    def let_in(self, name: str, visitor: Visitor, role: str, kind: str) -> None:
        """Somebody by whom things can be asked from now on."""
        self.visitors[name] = visitor
        self.roles[name] = f"{role} officer" if kind == "OFFICER" else role

    def ask(
        self,
        operation: str,
        by: str = "",
        *,
        body: Any = None,
        form: Mapping[str, str] | None = None,
        file: tuple[str, bytes] | None = None,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        refused: str = "",
        **path: Any,
    ) -> Any:
        """Ask, and return what was answered: JSON where it is JSON, else bytes.

        `file` is a media type and a body of it. Asserts that it succeeds, with a status that the
        document names; or that it is refused by the one of its problems that `refused` names.
        """
        media, content, shown = "", None, None
        if body is not None:
            media, content, shown = "application/json", json.dumps(body).encode(), body
        elif form is not None:
            media, shown = "application/x-www-form-urlencoded", dict(form)
            content = str(httpx.QueryParams(dict(form))).encode()
        elif file is not None:
            media, content = file
            shown = content.decode() if media in (NDJSON, CSV) else None
        at, method, described = self._at[operation]
        wanted = [each["name"] for each in described.get("parameters", ()) if each.get("required")]
        sent = dict(headers or {})
        if "Idempotency-Key" in wanted:
            times = sum(each.operation == operation for each in self.asked) + 1
            sent.setdefault("Idempotency-Key", f"{operation.replace('_', '-')}-{times}")
        visitor = self.visitors.get(by)
        token = {"Authorization": f"Bearer {visitor.token}"} if visitor else {}
        kind = {"Content-Type": media} if media else {}
        answer = self.send(
            method.upper(),
            at.format(**path),
            content=content,
            params=dict(query or {}),
            headers={**token, **kind, **sent},
        )
        problem = described["responses"].get(str(answer.status_code), {}).get("$ref", "")
        assert problem.rpartition("/")[2] == refused, (operation, answer.status_code, answer.text)
        assert str(answer.status_code) in described["responses"], (operation, answer.text)
        self.asked.append(
            Asked(
                operation,
                self.roles.get(by, ""),
                {name: v if isinstance(v, int) else str(v) for name, v in path.items()},
                dict(query or {}),
                sent,
                media,
                shown,
                answer,
                refused,
            )
        )
        kind = answer.headers.get("content-type", "")
        return answer.json() if answer.content and kind == "application/json" else answer.content

    def push(self, thing: str, things: str, by: str, *rows: Json) -> Json:
        """Push the first of some rows, then all as NDJSON, then all as CSV; the first answer.

        The table says the same as the lines: nothing is new in it.
        """
        told: Json = self.ask(f"push_{thing}", by, body=rows[0])
        lines = self.ask(f"push_{things}", by, file=(NDJSON, as_ndjson(rows)))
        table = self.ask(f"push_{things}", by, file=(CSV, as_csv(rows)))
        assert lines["accepted"] + lines["unchanged"] == len(rows), lines
        assert table["unchanged"] == len(rows), table
        return told

    def read_back(self, thing: str, things: str, by: str, **query: Any) -> Json:
        """Find something by fields of its own, then read it by its id; what was read."""
        [found, *_] = self.ask(f"list_{things}", by, query=query)["items"]
        own = next(value for name, value in found.items() if name == "id" or name.endswith("_id"))
        told: Json = self.ask(f"read_{thing}", by, **{self._name_of_id(f"read_{thing}"): own})
        return told

    def _name_of_id(self, operation: str) -> str:
        return self._at[operation][0].rpartition("{")[2].rstrip("}")

    def described(self, operation: str) -> Json:
        """An operation as the document has it."""
        found: Json = self._at[operation][2]
        return found

    @property
    def answered(self) -> httpx.Response:
        """The last answer."""
        return self.asked[-1].answer

    def left_out(self) -> list[str]:
        """Operations of the document that nobody has asked yet."""
        return sorted(set(self._at) - {each.operation for each in self.asked if not each.refused})


class _Worker(Visitor):
    """The exchange itself, which reads its own feeds for others."""

    def __init__(self, exchange: Exchange, send: Send) -> None:
        super().__init__(send, "EXCHANGE", "worker", "")
        self._feeds = exchange.worker.feeds

    @property
    def token(self) -> str:
        """As its worker sends it."""
        assert self._feeds.auth
        signed = next(self._feeds.auth.auth_flow(httpx.Request("GET", "http://exchange")))
        return str(signed.headers["Authorization"]).removeprefix("Bearer ")


def teller_for(
    exchange: Exchange,
    send: Send,
    drain: Callable[[], None],
    operator: tuple[str, str],
    document: Json,
) -> Teller:
    """Who tells the story to this exchange; `operator` are the first operator's credentials."""
    teller = Teller(send, drain, document)
    teller.let_in("operator", Visitor(send, "OPERATOR", *operator), "operator", "SYSTEM")
    teller.let_in("exchange", _Worker(exchange, send), "exchange", "SYSTEM")
    return teller
