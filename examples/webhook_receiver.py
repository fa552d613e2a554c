"""A receiver of Jinqiao's webhooks, to copy and change. Python's own library does for `v1`; for
`v1a`, whose signatures nobody but the exchange can make, `cryptography` verifies them.

    python webhook_receiver.py whpk_… [--port 8800] [--memory heard.sqlite]

It answers 204 to what it has verified and remembered, 401 to everything else. A delivery says only
that there is news in a feed: read it with your own token, from your own last position, for example
when `news` below tells you to. Put it behind a proxy that speaks TLS.
"""

import argparse
import base64
import hmac
import json
import sqlite3
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOLERANCE = 5 * 60
"""Seconds that an attempt may be old, or ahead of our clock: who records one cannot replay it."""

REMEMBERED = 5 * 24 * 60 * 60
"""Seconds that ids are remembered: longer than the 76 hours in which a delivery may be repeated."""

LARGEST = 20_000


class Forged(Exception):
    """What came was not signed by the exchange, or not lately."""


def verify(key: str, headers: Any, body: bytes, now: float) -> str:
    """The delivery's id, if one of its signatures is made with our key; Forged otherwise."""
    try:
        message_id, timestamp = headers["webhook-id"], headers["webhook-timestamp"]
        if abs(now - int(timestamp)) > TOLERANCE:
            raise Forged("The attempt is too old, or our clock is wrong.")
        signed = f"{message_id}.{timestamp}.".encode() + body
        for signature in headers["webhook-signature"].split(" "):
            scheme, _, made = signature.partition(",")
            if _fits(key, scheme, base64.b64decode(made), signed):
                return str(message_id)
    except (TypeError, ValueError, AttributeError, OverflowError) as odd:
        raise Forged("The headers are not those of a webhook.") from odd
    raise Forged("No signature was made with our key.")


def _fits(key: str, scheme: str, signature: bytes, signed: bytes) -> bool:
    """A key fits signatures of its own scheme only, so that nobody can talk us into another."""
    kind, _, encoded = key.partition("_")
    raw = base64.b64decode(encoded)
    if kind == "whsec" and scheme == "v1":
        return hmac.compare_digest(hmac.digest(raw, signed, "sha256"), signature)
    if kind == "whpk" and scheme == "v1a":
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        try:
            Ed25519PublicKey.from_public_bytes(raw).verify(signature, signed)
        except InvalidSignature:
            return False
        return True
    return False


class Memory:
    """What has been heard. A delivery may come twice, and must have its effect once."""

    def __init__(self, path: str) -> None:
        self._file = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._file.execute("create table if not exists heard (id text primary key, at real)")

    def is_new(self, message_id: str, now: float) -> bool:
        """Whether this is heard for the first time; from now on it is not."""
        self._file.execute("delete from heard where at < ?", (now - REMEMBERED,))
        done = self._file.execute("insert or ignore into heard values (?, ?)", (message_id, now))
        return done.rowcount == 1


def news(said: dict[str, Any]) -> None:
    """Do something about a delivery: here would be reading the feed, soon and not while we answer.

    GET /v1/{service}/feed?after={the position you have read to}&types=…
    """
    data = said["data"]
    print(f"{said['type']}: {data['count']} in /v1/{data['service']}/feed,", end=" ")
    print(f"positions {data['first_position']} to {data['last_position']}", flush=True)


def handler(key: str, memory: Memory) -> type[BaseHTTPRequestHandler]:
    """Answers requests with this key and memory."""

    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_POST(self) -> None:
            length = self.headers.get("content-length", "")
            if not length.isdecimal() or int(length) > LARGEST:
                return self.answer(413)
            body = self.rfile.read(int(length))
            try:
                message_id = verify(key, self.headers, body, time.time())
            except Forged as why:
                return self.answer(401, str(why))
            if memory.is_new(message_id, time.time()):
                news(json.loads(body))
            return self.answer(204)

        def answer(self, status: int, why: str = "") -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(why)))
            self.end_headers()
            self.wfile.write(why.encode())

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing: what matters is told by `news`."""

    return Handler


def main() -> None:
    """Listen until Ctrl-C."""
    asked = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    asked.add_argument("key", help="whsec_… of an endpoint with v1, whpk_… of one with v1a")
    asked.add_argument("--port", type=int, default=8800)
    asked.add_argument("--memory", default="heard.sqlite")
    given = asked.parse_args()
    server = ThreadingHTTPServer(
        ("127.0.0.1", given.port), handler(given.key, Memory(given.memory))
    )
    print(f"Listening at http://127.0.0.1:{server.server_port}/", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
