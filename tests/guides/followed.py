"""A guide as its reader follows it: every command of it, run by a shell in a sandbox's folder.

A command is what stands between two empty lines of a ```sh block; lines below it that begin with
`# ` are what it must answer. JSON is compared as `json.dumps` writes it.
"""

import json
import os
import re
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from tests.gateway.webhooks.receiving import free_port

_PORTS = ("8800", "8801")
"""At which receivers listen in the guides."""

_LONGEST = 600
"""Seconds after which a guide has got stuck."""


class Command(NamedTuple):
    """What the reader types, and what he is told to look for."""

    typed: str
    answers: list[str]


def commands(page: str) -> list[Command]:
    """Every command of a page, in order."""
    found = []
    for block in re.findall(r"```sh\n(.*?)```", page, re.S):
        typed: list[str] = []
        answers: list[str] = []
        for line in block.splitlines():
            if line.startswith("# "):
                answers.append(line[2:])
            else:
                if answers:
                    found.append(Command("\n".join(typed), answers))
                    typed, answers = [], []
                typed.append(line)
        found.append(Command("\n".join(typed), answers))
    return [each for each in found if each.typed.strip()]


def follow(page: Path, folder: Path, address: str, jinqiao: str) -> list[str]:
    """Run a page's commands in one shell; what went otherwise than the page says."""
    for old in (*folder.glob("said-*"), *folder.glob("status-*")):
        old.unlink()
    steps = [each for each in commands(page.read_text("utf-8")) if "make sandbox" not in each.typed]
    script = [f'jinqiao() {{ {jinqiao} "$@"; }}', f"python() {{ '{sys.executable}' \"$@\"; }}"]
    ports = {shown: str(free_port()) for shown in _PORTS}
    for number, step in enumerate(steps):
        typed = step.typed.replace("http://127.0.0.1:8700", address)
        for shown, free in ports.items():
            typed = typed.replace(shown, free)
        typed = typed.replace(". .venv/bin/activate", ":")
        script.append(f"{{\n{typed}\n}} > said-{number} 2>&1")
        script.append(f"echo $? > status-{number}")
    _run("\n".join(script), folder)
    return [fault for number, step in enumerate(steps) for fault in _faults(folder, number, step)]


def _run(script: str, folder: Path) -> None:
    """In a session of its own, of which nothing is left over."""
    shell = subprocess.Popen(["bash", "-c", script], cwd=folder, start_new_session=True)
    try:
        with suppress(subprocess.TimeoutExpired):
            shell.wait(_LONGEST)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(shell.pid, signal.SIGTERM)
        shell.wait()


def _faults(folder: Path, number: int, step: Command) -> list[str]:
    if not (folder / f"status-{number}").exists():
        return [f"{step.typed}\n  was not reached, or did not end"]
    said = (folder / f"said-{number}").read_text("utf-8")
    told = "\n".join(_spaced(line) for line in said.splitlines())
    faults = [
        f"{step.typed}\n  lacks {each!r} in\n{told}" for each in step.answers if each not in told
    ]
    if (folder / f"status-{number}").read_text().strip() != "0":
        faults.append(f"{step.typed}\n  failed:\n{told}")
    return faults


def _spaced(line: str) -> str:
    """A line as json.dumps writes it, if it is JSON."""
    found = []
    for part in re.split(r"(?<=\})(?=\{)", line):
        try:
            found.append(json.dumps(json.loads(part), ensure_ascii=False))
        except ValueError:
            found.append(part)
    return "\n".join(found)
