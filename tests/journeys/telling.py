"""A journey's answers, written down so that two tellings of it can be laid side by side."""

import json
import re
from typing import Any

import httpx

from tests.visitor import Send

_ID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
_TIME = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)")
_SECRET = re.compile(r'"(client_secret|access_token)":\s*"[^"]+"')
_OF_ONE_ANSWER = ("date", "content-length", "x-request-id", "traceparent")
"""Headers that tell when, along which way, and how many digits a time happened to have."""

_BINARY = ("application/pdf", "application/vnd.", "application/octet-stream")


class Telling:
    """Sends requests, and writes every answer down with its ids numbered and its times left out."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._ids: dict[str, str] = {}
        self.answers: list[dict[str, Any]] = []

    def send(self, method: str, path: str, **more: Any) -> httpx.Response:
        """What `Send` does."""
        answer = self._send(method, path, **more)
        headers = {
            name: self._plain(value)
            for name, value in sorted(answer.headers.items())
            if name not in _OF_ONE_ANSWER
        }
        told = {
            "asked": f"{method} {self._plain(path)} {self._plain(str(more.get('params', '')))}",
            "status": answer.status_code,
            "headers": headers,
            "body": self._body(answer),
        }
        self.answers.append(told)
        return answer

    def _body(self, answer: httpx.Response) -> Any:
        if answer.headers.get("content-type", "").startswith(_BINARY):
            return len(answer.content) > 0  # a workbook holds the time at which it was written
        if not answer.headers.get("content-type", "").endswith(("/json", "+json")):
            return self._plain(answer.text)
        return json.loads(self._plain(json.dumps(_in_order(answer.json()))))

    def _plain(self, text: str) -> str:
        text = _SECRET.sub(r'"\1": "<secret>"', _TIME.sub("<time>", text))
        return _ID.sub(lambda found: self._numbered(found[0]), text)

    def _numbered(self, found: str) -> str:
        return self._ids.setdefault(found, f"<id {len(self._ids) + 1}>")


def _in_order(body: Any) -> Any:
    """A body whose items stand in the order of what they say: ids of one statement are random."""
    if isinstance(body, list):
        return [_in_order(each) for each in body]
    if not isinstance(body, dict):
        return body
    ordered = {name: _in_order(value) for name, value in body.items()}
    for name in ("items", "findings"):
        if isinstance(ordered.get(name), list):
            ordered[name].sort(key=lambda each: _ID.sub("", _TIME.sub("", json.dumps(each))))
    return ordered
