"""The import contracts of pyproject.toml fail when they are broken, one by one."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.house.tree import ROOT

BREAKS = {
    "the kernel knows a service": ("storeys", "kernel/clock.py", "import services.loans.tables"),
    "the gateway knows a service": ("storeys", "gateway/tables.py", "import services.loans.tables"),
    "a service knows the command": ("storeys", "services/loans/rules.py", "import jinqiao.partner"),
    "a service knows another": (
        "independent",
        "services/loans/vocabulary.py",
        "import services.registry.vocabulary",
    ),
    "a table knows an operation": (
        "inside",
        "services/loans/tables.py",
        "import services.loans.operations",
    ),
    "a rule knows SQL": ("inside", "services/loans/rules.py", "import services.loans.queries"),
    "a file of no kind": ("inside", "services/loans/helpers.py", ""),
    "a rule asks the time": ("rules", "services/loans/rules.py", "import kernel.clock"),
    "a rule has a session": ("rules", "services/subsidy/rules.py", "import kernel.database"),
    "interest knows HTTP": ("rules", "kernel/policy/interest/quotes.py", "import httpx"),
    "a query knows FastAPI": ("http", "services/loans/queries/pushes.py", "import fastapi"),
    "the gateway knows jose": ("jose", "gateway/door.py", "import jose.jwt"),
    "an operation calls out": (
        "network",
        "services/loans/operations/contracts.py",
        "import httpx",
    ),
    "a dispatcher sends by itself": (
        "egress",
        "gateway/webhooks/delivering.py",
        "import aiohttp",
    ),
    "the kernel goes in a circle": ("circles", "kernel/ids.py", "import kernel.worker"),
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the code, in which a line may be spoiled."""
    folder = tmp_path_factory.mktemp("copy")
    for package in ("jinqiao", "gateway", "services", "kernel"):
        unneeded = shutil.ignore_patterns("__pycache__", "*.xz")
        shutil.copytree(ROOT / package, folder / package, ignore=unneeded)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def is_kept(copy: Path, contract: str) -> bool:
    check = "from importlinter.cli import lint_imports_command as check; check()"
    command = [sys.executable, "-c", check, "--no-logo", "--contract", contract]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True)
    assert "1 kept, 0 broken" in done.stdout or "0 kept, 1 broken" in done.stdout, done.stdout
    return done.returncode == 0


@pytest.mark.parametrize(("contract", "file", "line"), BREAKS.values(), ids=BREAKS)
def test_a_contract_that_is_broken_fails(copy: Path, contract: str, file: str, line: str) -> None:
    path = copy / file
    sound = path.read_text(encoding="utf-8") if path.exists() else None
    path.write_text(f"{sound or ''}\n{line}\n", encoding="utf-8")

    kept = is_kept(copy, contract)

    path.unlink() if sound is None else path.write_text(sound, encoding="utf-8")
    assert not kept


def test_every_contract_is_broken_once_here() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contracts = {each["id"] for each in settings["tool"]["importlinter"]["contracts"]}

    assert contracts == {contract for contract, _, _ in BREAKS.values()}


@pytest.mark.parametrize(
    "line",
    [
        "import datetime; datetime.datetime.now()",
        "from datetime import date; date.today()",
        "import time; time.time()",
        "import os; os.environ['X']",
        "import os; os.getenv('X')",
    ],
)
def test_only_the_clock_asks_the_time_and_only_settings_the_environment(line: str) -> None:
    command = [sys.executable, "-m", "ruff", "check", "--select", "TID251", "--no-cache"]

    def is_refused(file: str) -> bool:
        given = [*command, "--stdin-filename", file, "-"]
        done = subprocess.run(given, input=line, cwd=ROOT, capture_output=True, text=True)
        return "TID251" in done.stdout

    assert is_refused("services/loans/operations/contracts.py")
    assert not is_refused("kernel/settings.py" if "os" in line else "kernel/clock.py")
