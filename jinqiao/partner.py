"""A partner of the exchange: what a bank's or an office's own program does, over HTTP."""

import gzip
import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from gateway.proving import ASSERTION_TYPE
from kernel import clock
from kernel.tokens import SigningKey

MEDIA_TYPES = {
    ".ndjson": "application/x-ndjson",
    ".csv": "text/csv",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

Progress = Callable[[int, int], None]
"""Told how many rows are done, of how many."""

_POLL_SECONDS = 0.2


class Refused(Exception):
    """The exchange answered with a problem; the message is its detail."""


@dataclass(slots=True)
class Partner:
    """One client of the exchange, with a token that is renewed before it ends."""

    http: httpx.Client
    """A client whose base URL is the gateway's."""
    client_id: str
    client_secret: str
    key: SigningKey | None = None
    """What it proves itself by, if not by a secret."""
    _token: str = field(default="", repr=False)
    _until: float = 0.0

    def get(self, path: str, **query: Any) -> Any:
        """The JSON at a path; raises Refused."""
        return self._send("GET", path, params=query).json()

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """The answer to a JSON body; raises Refused."""
        return self._send("POST", path, json=body).json()

    def ask_many(self, path: str, file: Path) -> list[dict[str, Any]]:
        """The answers, line by line, to a file of questions; raises Refused."""
        return [json.loads(line) for line in self._send_file(path, file, {}).text.splitlines()]

    def upload(self, path: str, content: bytes, **query: Any) -> Any:
        """The answer to a file sent as it is; raises Refused."""
        return self._send("POST", path, content=content, params=query).json()

    def download(self, path: str, **query: Any) -> bytes:
        """The bytes at a path; raises Refused."""
        return self._send("GET", path, params=query).content

    def items(self, path: str, **query: Any) -> Iterator[Any]:
        """Every item of a list, page by page."""
        page = self.get(path, limit=200, **query)
        while True:
            yield from page["items"]
            if page["next_after"] is None:
                return
            page = self.get(path, limit=200, after=page["next_after"], **query)

    def push(
        self,
        service: str,
        resource: str,
        file: Path,
        *,
        query: Mapping[str, Any] | None = None,
        progress: Progress | None = None,
    ) -> dict[str, Any]:
        """Push a whole file and wait until it is done; its counts, detail and declaration.

        NDJSON, CSV and XLSX are told apart by the file's ending. A large file becomes a job, which
        is followed; `progress` hears how far it is. Raises Refused if it could not be taken.
        """
        answer = self._send_file(f"/v1/{service}/bulk/{resource}", file, query or {})
        if answer.status_code != 202:
            return dict(answer.json())
        while (job := self.get(answer.headers["Location"]))["state"] == "queued":
            if progress:
                counts = job["counts"]
                progress(counts["received"] - counts["pending"], counts["received"])
            time.sleep(_POLL_SECONDS)
        if job["state"] == "failed":
            raise Refused(job["detail"])
        return {**job["counts"], "job_id": job["job_id"], "detail": job["detail"]}

    def _send_file(self, path: str, file: Path, query: Mapping[str, Any]) -> httpx.Response:
        body, headers = file.read_bytes(), {"Content-Type": MEDIA_TYPES[file.suffix]}
        if file.suffix != ".xlsx":
            body, headers["Content-Encoding"] = gzip.compress(body, 1), "gzip"
        return self._send("POST", path, content=body, headers=headers, params=dict(query))

    def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {**options.pop("headers", {}), "Authorization": f"Bearer {self.token()}"}
        if method == "POST":
            headers["Idempotency-Key"] = str(uuid4())
        answer = self.http.request(method, path, headers=headers, **options)
        if answer.is_error:
            raise Refused(_told(answer))
        return answer

    def token(self) -> str:
        """An access token that is good for another minute at least; raises Refused."""
        if time.monotonic() > self._until:
            answer = self._ask_token()
            if answer.is_error:
                raise Refused(f"No token for client {self.client_id}: {answer.text}")
            granted = answer.json()
            self._token = granted["access_token"]
            self._until = time.monotonic() + granted["expires_in"] - 60
        return self._token

    def _ask_token(self) -> httpx.Response:
        form = {"grant_type": "client_credentials"}
        if self.key is None:
            proof = (self.client_id, self.client_secret)
            return self.http.post("/oauth2/token", data=form, auth=proof)
        issuer = self.http.get("/.well-known/oauth-authorization-server").json()["issuer"]
        assertion = self.key.assertion(self.client_id, issuer=issuer, now=clock.now())
        signed = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}
        return self.http.post("/oauth2/token", data=form | signed)


def _told(answer: httpx.Response) -> str:
    if "json" not in answer.headers.get("content-type", ""):
        return f"The exchange answered {answer.status_code}."
    problem = answer.json()
    faults = "; ".join(
        f"{fault['pointer']}: {fault['message']}" for fault in problem.get("errors", [])
    )
    return f"{problem.get('detail', answer.status_code)} {faults}".strip()
