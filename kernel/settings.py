"""Every environment variable, once. Read at start and passed on; nothing reads it later."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


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
        )


def _whole_number(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name, str(default))
    if not text.isdecimal():
        raise ValueError(f"{name} must be a whole number.")
    return int(text)
