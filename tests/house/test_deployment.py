"""deploy/ speaks of the variables, commands and files that there are."""

import re
import subprocess
from pathlib import Path
from typing import Any

import yaml
from typer.main import get_command

from jinqiao.command import app
from jinqiao.exchange import SERVICES
from kernel.settings import Settings
from tests.house.tree import ROOT

DEPLOY = ROOT / "deploy"
_LINE = re.compile(r"^(JINQIAO_\w+)=(.*)$", re.M)


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yml").read_text())
    return found


def test_every_variable_is_explained_and_none_besides() -> None:
    example = (DEPLOY / "example.env").read_text()
    explained = dict(_LINE.findall(example))
    known = set(re.findall(r"JINQIAO_\w+", (ROOT / "kernel/settings.py").read_text())) - {
        "JINQIAO_"
    }

    assert explained.keys() == known
    for name in explained:
        block = example[: example.index(f"\n{name}=")].rsplit("\n\n", 1)[-1]
        assert block.startswith("#") or "JINQIAO_" in block, f"{name} has no comment"


def test_the_example_holds_what_holds_without_it() -> None:
    explained = dict(_LINE.findall((DEPLOY / "example.env").read_text()))

    assert Settings.from_environment(explained) == Settings.from_environment({})


def test_compose_starts_commands_that_there_are() -> None:
    commands = get_command(app)
    ours = {k: v for k, v in compose()["services"].items() if v["image"] == "jinqiao"}

    assert set(ours) == {"migrate", "exchange", "worker"}
    for service in ours.values():
        group: Any = commands
        for word in service["command"]:
            group = group.commands[word]
    known = set(_variables()) | {"DATABASE_PASSWORD_FILE"}
    assert all(service["environment"].keys() <= known for service in ours.values())


def test_services_apart_are_those_that_there_are() -> None:
    apart: dict[str, Any] = yaml.safe_load((DEPLOY / "apart.yml").read_text())["services"]
    names = {name for name, _ in SERVICES}

    assert set(apart) == {"exchange", "worker", *names}
    addresses = apart["exchange"]["environment"]
    assert apart["worker"]["environment"] == addresses
    settings = Settings.from_environment(addresses)
    assert settings.elsewhere == {name: f"http://{name}:8700" for name in names}
    shared = compose()["services"]["exchange"]
    for name in names:
        alone = apart[name]
        assert alone["command"] == ["serve", name]
        assert get_command(app).commands["serve"]  # type: ignore[attr-defined]
        for what in ("volumes", "secrets", "cap_drop", "read_only", "security_opt", "healthcheck"):
            assert alone[what] == shared[what], what
        assert alone["environment"].items() >= shared["environment"].items()
        assert alone["environment"].keys() <= {*_variables(), "DATABASE_PASSWORD_FILE"}
        assert "ports" not in alone


def test_compose_holds_no_secret_and_waits_in_order() -> None:
    services = compose()["services"]

    assert services["database"]["environment"]["POSTGRES_PASSWORD_FILE"].startswith("/run/secrets")
    assert "scram-sha-256" in services["database"]["environment"]["POSTGRES_INITDB_ARGS"]
    assert "PASSWORD@" in services["exchange"]["environment"]["JINQIAO_DATABASE_URL"]
    assert services["migrate"]["depends_on"]["database"]["condition"] == "service_healthy"
    for name in ("exchange", "worker"):
        waits_for = services[name]["depends_on"]["migrate"]["condition"]
        assert waits_for == "service_completed_successfully"
    assert {name for name, each in services.items() if "healthcheck" in each} == {
        "database",
        "exchange",
    }


def test_the_image_takes_pinned_packages_and_folders_that_there_are() -> None:
    told = (DEPLOY / "Dockerfile").read_text()
    copied = re.findall(r"^COPY (?:--chmod=\d+ )?([a-z/.]+|LICENSE) ", told, re.M)

    assert "--require-hashes" in told
    assert set(copied) >= {"kernel", "gateway", "services", "jinqiao", "migrations"}
    assert all((ROOT / each).exists() for each in copied)
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text()
    assert all(f"!{each}" in ignored for each in copied)
    user = told.index("USER 10001")
    assert user < told.index("ENTRYPOINT")


def test_a_password_is_taken_from_its_file(tmp_path: Path) -> None:
    def start(password: str) -> subprocess.CompletedProcess[str]:
        (tmp_path / "password").write_text(password)
        (tmp_path / "python").write_text('#!/bin/sh\necho "$JINQIAO_DATABASE_URL" "$@"\n')
        (tmp_path / "python").chmod(0o755)
        environment = {
            "PATH": f"{tmp_path}:/usr/bin:/bin",
            "DATABASE_PASSWORD_FILE": str(tmp_path / "password"),
            "JINQIAO_DATABASE_URL": "postgresql://jinqiao:PASSWORD@database/jinqiao",
        }
        return subprocess.run(
            ["sh", DEPLOY / "entry.sh", "up"], env=environment, capture_output=True, text=True
        )

    told = start("s3cret-1\n").stdout.split()

    assert told == ["postgresql://jinqiao:s3cret-1@database/jinqiao", "-m", "jinqiao", "up"]
    refused = start("with @ sign")
    assert refused.returncode == 1
    assert "@ sign" not in refused.stderr


def _variables() -> list[str]:
    return [name for name, _ in _LINE.findall((DEPLOY / "example.env").read_text())]
