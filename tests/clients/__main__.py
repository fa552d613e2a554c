"""`make test-clients`: lint the document, generate two clients, build them, use them.

Everything is made in `build/clients`: a Python environment of its own for openapi-python-client,
and npm's packages for the linters and for TypeScript. Nothing generated is kept in the repository.
"""

import json
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

from gateway.first_operator import write_credentials
from jinqiao.exchange import document
from jinqiao.partner import Partner
from jinqiao.throwaway import throwaway_exchange

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
BUILD = ROOT / "build/clients"
NODE = BUILD / "typescript"
PYTHON = BUILD / "venv/bin/python"

AGENCIES = {
    "office": ("PO-BAIQUAN", "POVERTY_OFFICE", "poverty_office"),
    "bank": ("RCU-BAIQUAN", "BANK", "bank"),
}


def rows(serial: int, id_number: str) -> dict[str, Any]:
    """What a client pushes and asks, of one invented person."""
    return {
        "household": {
            "household_no": f"23023100{serial}",
            "village_code": "230231100200",
            "attribute": "GENERAL_POOR",
            "main_cause": "NO_CAPITAL",
            "statuses": [{"status": "REGISTERED", "valid_from": "2015-01-01"}],
            "members": [
                {
                    "member_no": "1",
                    "name": "张三",
                    "id_number": id_number,
                    "relation": "HEAD",
                    "labour_skill": "ORDINARY",
                }
            ],
        },
        "question": {
            "name": "张三",
            "id_number": id_number,
            "amount": "50000.00",
            "term_months": 12,
            "kind": "NEW",
            "purpose": "BREEDING",
            "wish_signed_on": "2018-03-01",
            "as_of": "2018-03-05",
        },
        "contract": {
            "contract_no": f"BQ-2018-{serial}",
            "branch_division": "230231100",
            "borrower_name": "张三",
            "borrower_id_number": id_number,
            "kind": "NEW",
            "product": "POVERTY_MICRO",
            "principal": "50000.00",
            "annual_rate": "0.0435",
            "convention": "ITEM_YMD",
            "settlement": "QUARTERLY",
            "applied_on": "2018-03-01",
            "signed_on": "2018-03-05",
            "disbursed_on": "2018-03-05",
            "matures_on": "2019-03-05",
            "purpose": "BREEDING",
            "guarantee": "NONE",
            "balance": "50000.00",
            "overdue_principal": "0.00",
            "five_class": 1,
            "as_at": "2018-03-31",
        },
    }


def main() -> None:
    """Do it all; the first thing that fails ends it with 1."""
    _prepare()
    (BUILD / "jinqiao.json").write_text(json.dumps(document(), ensure_ascii=False))
    _lint()
    _generate()
    with throwaway_exchange() as operator:
        _let_in(operator)
        _use("python", "230199197506150017", [PYTHON, HERE / "use_python.py"])
        _use("typescript", "230199198203040018", ["node", NODE / "built/use.js"])
    print("2 passed, 0 failed")


def _prepare() -> None:
    if shutil.which("node") is None or shutil.which("npm") is None:
        sys.exit("make test-clients needs Node 20 or newer with npm; nothing else here does.")
    shutil.copytree(HERE / "typescript", NODE, dirs_exist_ok=True)
    _run("npm", "ci", "--silent", folder=NODE)
    if not PYTHON.exists():
        venv.create(BUILD / "venv", with_pip=True)
    pins = ROOT / "requirements/clients.txt"
    _run(PYTHON, "-m", "pip", "install", "-q", "--require-hashes", "-r", pins)


def _lint() -> None:
    """The recommended rules of both linters; a warning fails too."""
    _npx("spectral", "lint", "../jinqiao.json", "--fail-severity", "warn")
    told = _npx("redocly", "lint", "../jinqiao.json", "--extends", "recommended", "--format=json")
    totals = json.loads(told[told.index("{") :])["totals"]
    if totals["errors"] or totals["warnings"]:
        sys.exit(f"redocly: {totals}")
    print("spectral and redocly have nothing to say about the document")


def _generate() -> None:
    # fmt: off
    _run(
        PYTHON, "-m", "openapi_python_client", "generate", "--overwrite", "--fail-on-warning",
        "--path", "jinqiao.json", "--config", HERE / "generator.yaml", "--output-path", "python",
    )
    # fmt: on
    _npx("openapi-typescript", "../jinqiao.json", "-o", "jinqiao.d.ts")
    _npx("tsc", "--noEmit")
    _npx("tsc")
    print("both clients are generated; TypeScript's is strict")


def _let_in(operator: Partner) -> None:
    for name, (code, kind, role) in AGENCIES.items():
        agency = {"code": code, "name": code, "agency_type": kind, "divisions": ["230231"]}
        operator.post("/v1/agencies", agency)
        client = {"agency": code, "kind": "SYSTEM", "role": role}
        made = operator.post("/v1/clients", client)
        address = str(operator.http.base_url)
        write_credentials(BUILD / f"{name}.json", address, made["client_id"], made["client_secret"])


def _use(language: str, id_number: str, command: list[str | Path]) -> None:
    serial = 1001 if language == "python" else 1002
    (BUILD / f"{language}-rows.json").write_text(json.dumps(rows(serial, id_number)))
    print(f"--- {language}", flush=True)
    said = _run(*command, BUILD, BUILD / f"{language}-rows.json", PYTHONPATH=BUILD / "python")
    print(said, end="", flush=True)


def _npx(*words: str) -> str:
    return _run("npx", "--no-install", *words, folder=NODE)


def _run(*words: str | Path, folder: Path = BUILD, **environment: Path) -> str:
    """What a command says; ends everything if it fails."""
    named = [f"{name}={value}" for name, value in environment.items()]
    command = ["env", *named, *map(str, words)]
    done = subprocess.run(command, cwd=folder, text=True, capture_output=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, words))}\n{done.stdout[-4000:]}\n{done.stderr[-2000:]}")
    return done.stdout


if __name__ == "__main__":
    main()
