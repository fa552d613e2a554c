"""Every environment variable, once. Read at start and passed on; nothing reads it later."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Settings:
    """How one installation runs. `deploy/example.env` explains each variable."""

    data: Path
    """Folder of the secret key, of the embedded database and of the first operator's secret."""
    database_url: str | None
    """A PostgreSQL 15-18 with a user who may create roles; none: the embedded one."""
    host: str
    port: int
    issuer: str
    """What tokens name as their issuer: the public address of the gateway."""
    pool_size: int
    """Database connections each service may hold in one process."""
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    """Where each service answers that runs in a process of its own; the others run in `up`'s."""
    gateway: str = ""
    """Where our own processes reach the gateway, if not at the issuer's address."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read JINQIAO_* variables; raises ValueError with a sentence for a useless one."""
        host = environment.get("JINQIAO_HOST", "127.0.0.1")
        port = _whole_number(environment, "JINQIAO_PORT", 8700)
        return cls(
            data=Path(environment.get("JINQIAO_DATA", "var")).resolve(),
            database_url=environment.get("JINQIAO_DATABASE_URL") or None,
            host=host,
            port=port,
            issuer=environment.get("JINQIAO_ISSUER", f"http://{host}:{port}"),
            pool_size=_whole_number(environment, "JINQIAO_POOL_SIZE", 4),
            elsewhere={
                service: _address(environment, name)
                for service, name in _ELSEWHERE.items()
                if environment.get(name)
            },
            gateway=_address(environment, "JINQIAO_GATEWAY_URL"),
        )


_ELSEWHERE = {
    "registry": "JINQIAO_REGISTRY_URL",
    "loans": "JINQIAO_LOANS_URL",
    "subsidy": "JINQIAO_SUBSIDY_URL",
    "insurance": "JINQIAO_INSURANCE_URL",
    "rectification": "JINQIAO_RECTIFICATION_URL",
}


def _address(environment: Mapping[str, str], name: str) -> str:
    text = environment.get(name, "").rstrip("/")
    parts = urlsplit(text)
    if text and not (parts.scheme in ("http", "https") and parts.hostname and not parts.path):
        raise ValueError(f"{name} must be an address such as http://127.0.0.1:8702.")
    return text


def _whole_number(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name, str(default))
    if not text.isdecimal():
        raise ValueError(f"{name} must be a whole number.")
    return int(text)
