"""Who calls on the exchange in a test: a client of one agency, with its token."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx

Send = Callable[..., httpx.Response]


class Visitor:
    """Sends requests through the door of the exchange, as a client of one agency.

    `.get`, `.post`, `.put` and `.delete` take what httpx takes. The token is fetched from the
    token endpoint on first use. A POST carries a fresh Idempotency-Key, unless it has its own.
    """

    def __init__(self, send: Send, agency: str, client_id: str, secret: str) -> None:
        self.agency = agency
        self.client_id = client_id
        self.secret = secret
        self._send = send
        self._token = ""

    def __repr__(self) -> str:
        return f"<visitor from {self.agency}>"

    @property
    def token(self) -> str:
        """The visitor's access token."""
        if not self._token:
            self._token = self.ask_token().json()["access_token"]
        return self._token

    def ask_token(self, **more: str) -> httpx.Response:
        """Ask the token endpoint, with more fields in the form."""
        form = {"grant_type": "client_credentials", **more}
        return self._send("POST", "/oauth2/token", data=form, auth=(self.client_id, self.secret))

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self._with_token("GET", path, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:
        headers = {"Idempotency-Key": str(uuid4()), **more.pop("headers", {})}
        return self._with_token("POST", path, headers=headers, **more)

    def put(self, path: str, **more: Any) -> httpx.Response:
        return self._with_token("PUT", path, **more)

    def delete(self, path: str, **more: Any) -> httpx.Response:
        return self._with_token("DELETE", path, **more)

    def _with_token(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        return self._send(method, path, headers=headers, **more)
