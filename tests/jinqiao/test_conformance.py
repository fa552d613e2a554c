"""Receivers, tried by `jinqiao conform … --receiver`: the one to copy, and careless ones."""

import json
import runpy
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from jinqiao.command import main
from tests.gateway.webhooks.receiving import free_port
from tests.house.tree import ROOT

EXAMPLE: dict[str, Any] = runpy.run_path(str(ROOT / "examples/webhook_receiver.py"))
Conform = Callable[..., tuple[int, str, str]]


@pytest.fixture
def conform(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Conform:
    """`conform(*words)`: runs the command; its status, and what it said."""

    def run(*words: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["jinqiao", "conform", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        return (int(ended.value.code or 0), *capsys.readouterr())

    return run


@contextmanager
def listening(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://localhost:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("signing", ["v1", "v1a"])
def test_the_receiver_to_copy_does_all_that_a_receiver_must(
    conform: Conform, tmp_path: Path, signing: str
) -> None:
    status, key, _ = conform("key", tmp_path / "test.key", "--signing", signing)
    assert (status, key.partition("_")[0]) == (0, {"v1": "whsec", "v1a": "whpk"}[signing])
    memory = EXAMPLE["Memory"](str(tmp_path / "heard.sqlite"))

    with listening(EXAMPLE["handler"](key.strip(), memory)) as url:
        status, said, wrong = conform("bank", "--receiver", url, "--key", tmp_path / "test.key")

    assert status == 0, said + wrong
    assert said.endswith("10 passed, 0 failed\n")
    # Five examples were good; one came twice and was told of once.
    assert said.count("webhook.example: 0 in") == 5


def test_a_careless_receiver_is_told_of_every_carelessness(
    conform: Conform, tmp_path: Path
) -> None:
    class TakesEverything(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None: ...

    conform("key", tmp_path / "test.key")
    with listening(TakesEverything) as url:
        words = ("insurer", "--receiver", url, "--key", tmp_path / "test.key")
        status, said, _ = conform(*words, "--json")

    results = json.loads(said)
    assert status == 1
    assert [each["passed"] for each in results] == [True] * 4 + [False] * 5 + [True]
    assert results[6]["why"] == "an attempt ten minutes too old was answered with 200, not with 4xx"


def test_what_conform_cannot_do_is_said_in_a_sentence(conform: Conform, tmp_path: Path) -> None:
    key, none = tmp_path / "test.key", f"http://localhost:{free_port()}/"
    key.write_text("whsec_")

    for words, said in (
        (("bank",), "--client"),
        (("bank", "--receiver", none), "--key"),
        (("bank", "--receiver", none, "--key", key), "holds no key"),
        (("bank", "--receiver", none, "--key", tmp_path / "not.there"), "cannot be read"),
        (("key", key), "is there already"),
    ):
        status, out, told = conform(*words)
        assert (status, out) == (1, ""), words
        assert said in told
    key.unlink()
    conform("key", key)
    status, out, _ = conform("office", "--receiver", none, "--key", key)
    assert status == 1
    assert "0 passed, 10 failed" in out
