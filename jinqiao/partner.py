"""A partner of the exchange: what a bank's or an office's own program does, over HTTP."""

import gzip
import hashlib
import json
import time
import zlib
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

_PATIENCE_SECONDS = 120
"""How long an exchange may be away, or busy, while a file is pushed and followed."""

_AS_JOB = {"Prefer": "respond-async"}


class Refused(Exception):
    """The exchange answered with a problem; the message is its detail."""


class Unavailable(Refused):
    """The exchange cannot answer at the moment."""


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
        sending: Progress | None = None,
        resume: bool = False,
        as_job: bool = False,
    ) -> dict[str, Any]:
        """Push a whole file and wait until it is done; its counts, detail and declaration.

        NDJSON, CSV and XLSX are told apart by the file's ending; the first two may end in .gz. A
        large file becomes a job, which is followed, also while the exchange is started again;
        `sending` hears how many bytes have left, `progress` how many rows are done. With `resume` a
        push of the same file whose end nobody has heard yet is followed instead of begun anew.
        Raises Refused if it could not be taken, or if its job failed.
        """
        wishes = dict(query or {})
        job = self.unheard_job(service, resource, file, wishes) if resume else None
        if job is None:
            path, headers = f"/v1/{service}/bulk/{resource}", dict(_AS_JOB) if as_job else {}
            answer = self._send_when_it_can(path, file, wishes, headers, sending)
            if answer.status_code != 202:
                return dict(answer.json())
            job = answer.json()
        return self._followed(f"/v1/{service}/jobs/{job['job_id']}", progress)

    def unheard_job(
        self, service: str, resource: str, file: Path, wishes: Mapping[str, Any]
    ) -> dict[str, Any] | None:
        """The newest push of this very file, in this way, whose end nobody has heard; or None."""
        asked = {
            "mode": wishes.get("mode", "per_row"),
            "dry_run": wishes.get("dry_run", False),
            **{name: wishes.get(name) for name in ("covers", "covers_division", "control_total")},
        }
        if (place := asked["covers_division"]) is not None:
            asked["covers_division"] = str(place).ljust(12, "0")
        known = {"resource": resource, "sha256": _sha256(file), "collected": False}
        jobs = list(self.items(f"/v1/{service}/jobs", **known))
        return next((job for job in reversed(jobs) if job["asked"] == asked), None)

    def _followed(self, path: str, progress: Progress | None) -> dict[str, Any]:
        """A job's result. An exchange that is away is waited for, but not for ever."""
        away_since: float | None = None
        while True:
            try:
                job = self.get(path)
            except (httpx.TransportError, Unavailable):
                away_since = away_since or time.monotonic()
                if time.monotonic() - away_since > _PATIENCE_SECONDS:
                    raise
                time.sleep(1)
                continue
            away_since = None
            if progress:
                counts = job["counts"]
                open_rows = counts["pending"] if job["state"] == "queued" else 0
                progress(counts["received"] - open_rows, counts["received"])
            if job["state"] == "failed":
                raise Refused(job["detail"])
            if job["state"] == "done":
                kept = ("job_id", "detail", "declaration_id")
                return {**job["counts"], **{name: job[name] for name in kept}}
            time.sleep(_POLL_SECONDS)

    def _send_when_it_can(
        self, path: str, file: Path, wishes: Mapping[str, Any], *more: Any
    ) -> httpx.Response:
        """The answer to a file. An exchange that asks for time is given it: twice is harmless."""
        until = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                return self._send_file(path, file, wishes, *more)
            except Unavailable:
                if time.monotonic() > until:
                    raise
                time.sleep(1)

    def _send_file(
        self,
        path: str,
        file: Path,
        query: Mapping[str, Any],
        headers: Mapping[str, str] | None = None,
        sending: Progress | None = None,
    ) -> httpx.Response:
        kind = kind_of(file)
        said = {**(headers or {}), "Content-Type": MEDIA_TYPES[kind]}
        parts = _parts(file, sending)
        if kind != ".xlsx":
            said["Content-Encoding"] = "gzip"
            parts = parts if file.suffix == ".gz" else _packed(parts)
        return self._send("POST", path, content=parts, headers=said, params=dict(query))

    def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {**options.pop("headers", {}), "Authorization": f"Bearer {self.token()}"}
        if method == "POST":
            headers["Idempotency-Key"] = str(uuid4())
        answer = self.http.request(method, path, headers=headers, **options)
        if answer.status_code == 503:
            raise Unavailable(told(answer))
        if answer.is_error:
            raise Refused(told(answer))
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


def kind_of(file: Path) -> str:
    """A file's ending, without that of gzip."""
    return Path(file.stem).suffix if file.suffix == ".gz" else file.suffix


def _parts(file: Path, sending: Progress | None = None) -> Iterator[bytes]:
    size, sent = file.stat().st_size, 0
    with file.open("rb") as source:
        while part := source.read(_PART):
            yield part
            sent += len(part)
            if sending:
                sending(sent, size)


def _packed(parts: Iterator[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(1, wbits=31)
    for part in parts:
        if packed := packer.compress(part):
            yield packed
    yield packer.flush()


def _sha256(file: Path) -> str:
    """Of what a file holds, unpacked."""
    found = hashlib.sha256()
    with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as source:
        while part := source.read(_PART):
            found.update(part)
    return found.hexdigest()


_PART = 256 * 1024


def told(answer: httpx.Response) -> str:
    """What an answer that is a problem says, for people."""
    if "json" not in answer.headers.get("content-type", ""):
        return f"The exchange answered {answer.status_code}."
    problem = answer.json()
    faults = "; ".join(
        f"{fault['pointer']}: {fault['message']}" for fault in problem.get("errors", [])
    )
    return f"{problem.get('detail', answer.status_code)} {faults}".strip()
