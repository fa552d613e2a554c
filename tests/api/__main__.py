"""`make test-api [ROLE …]`: Schemathesis, all phases and checks, with a token of each role.

A filled sandbox in a folder of its own, Schemathesis in an environment of its own (`build/api`).
JINQIAO_API_EXAMPLES says how many cases each operation gets (10).
"""

import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from jinqiao.sandbox import CLIENTS, fill
from jinqiao.throwaway import throwaway_exchange

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "build/api"
PYTHON = BUILD / "venv/bin/python"
# fmt: off
WORDS = (
    "run", "--phases", "examples,coverage,fuzzing,stateful", "--checks", "all",
    "--workers", "2", "--continue-on-failure", "--no-color",
)
# fmt: on


def main(names: list[str]) -> None:
    """Every client of the sandbox, or those named; ends with 1 if one of them found a failure."""
    if not PYTHON.exists():
        venv.create(BUILD / "venv", with_pip=True)
    pins = ROOT / "requirements/clients.txt"
    install = [PYTHON, "-m", "pip", "install", "-q", "--require-hashes", "-r", pins]
    subprocess.run(install, check=True)
    with tempfile.TemporaryDirectory() as folder, throwaway_exchange() as operator:
        address = str(operator.http.base_url)
        credentials = Path(folder)
        fill(operator, credentials)
        every = [f"{name}{suffix}" for name in CLIENTS for suffix in ("", "-officer")]
        failed = [name for name in names or every if not _passes(address, credentials, name)]
    print(f"{len(names or every) - len(failed)} passed, {len(failed)} failed", *failed)
    sys.exit(bool(failed))


def _passes(address: str, credentials: Path, name: str) -> bool:
    environment = {
        **os.environ,
        "JINQIAO_CLIENT": str(credentials / f"{name}.json"),
        "PYTHONPATH": str(ROOT),
    }
    command = [PYTHON, "-m", "schemathesis.cli", *WORDS]
    command += ["-n", os.environ.get("JINQIAO_API_EXAMPLES", "10"), f"{address}/openapi.json"]
    said = BUILD / f"{name}.log"
    print(f"{name} … ({said.relative_to(ROOT)})", flush=True)
    with said.open("w") as file:
        done = subprocess.run(command, cwd=ROOT, env=environment, stdout=file, stderr=file)
    counted = [line.strip() for line in said.read_text().splitlines() if " generated, " in line]
    print(f"{name}: {'passed' if done.returncode == 0 else 'FAILED'}", *counted, flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    main(sys.argv[1:])
