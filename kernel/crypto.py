"""Keys of the exchange: people become keys, ID numbers become ciphertext.

One secret is stored (in the data folder, mode 0600); all others are derived from it with HKDF,
each for one purpose, so that knowing one tells nothing about another.
"""

import hmac
import os
import secrets
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from asyncpg.pgproto.pgproto import UUID as QuickUUID
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_VERSION = b"\x01"
_NONCE = 12


class Unreadable(Exception):
    """A ciphertext does not belong to this key, column and person."""


class Keys:
    """What is derived from the exchange's one secret.

    Methods that return keys are deterministic: the same person has the same key in every
    service and after every restart, and without the secret nobody can make or undo one.
    """

    def __init__(self, secret: bytes) -> None:
        if len(secret) < 32:
            raise ValueError("The exchange's secret needs at least 32 bytes.")
        self._secret = secret
        self._person = _mac(self.derived("person"))
        self._name = _mac(self.derived("name"))
        self._seal = AESGCM(self.derived("seal"))

    @classmethod
    def stored_in(cls, folder: Path) -> "Keys":
        """The keys of a data folder; made on first use, readable by their owner only."""
        path = folder / "exchange.key"
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            part = folder / f".exchange.key.{os.getpid()}"
            handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w") as file:
                file.write(secrets.token_hex(32))
            try:
                os.link(part, path)  # the first of two processes wins, both read the same
            except FileExistsError:
                pass
            finally:
                part.unlink()
        return cls(bytes.fromhex(path.read_text().strip()))

    def derived(self, purpose: str) -> bytes:
        """32 bytes for one purpose."""
        return HKDF(SHA256(), 32, salt=None, info=b"jinqiao/" + purpose.encode()).derive(
            self._secret
        )

    def person_key(self, id_number: str) -> UUID:
        """The key of a person, from the 18 characters. Never leaves the exchange."""
        return _uuid(self._person, id_number)

    def household_key(self, household_no: str) -> UUID:
        """The key of a registered household, from its national number."""
        return _uuid(self._person, "household:" + household_no)

    def stranger_key(self, person_key: UUID) -> UUID:
        """The household key of a person in no household; every service mints the same."""
        return _uuid(self._person, "stranger:" + person_key.hex)

    def name_key(self, name: str) -> UUID:
        """Tells whether two names are equal without telling either. Spaces do not count."""
        return _uuid(self._name, "".join(name.split()))

    def subject_ref(self, agency: str, person_key: UUID) -> str:
        """How one agency may call a person; another agency's reference differs."""
        return _uuid(_derived(self, "subject/" + agency), person_key.hex).hex

    def seal(self, column: str, person_key: UUID, text: str) -> bytes:
        """Encrypt text so that it opens only for this column and person (AES-256-GCM)."""
        return self.seal_bytes(column, person_key, text.encode())

    def open(self, column: str, person_key: UUID, sealed: bytes) -> str:
        """Undo `seal`; raises Unreadable when column, person or bytes do not fit."""
        return self.open_bytes(column, person_key, sealed).decode()

    def seal_bytes(self, column: str, owner: UUID, plain: bytes) -> bytes:
        """Encrypt bytes so that they open only for this column and owner (a person, a job)."""
        nonce = os.urandom(_NONCE)
        return _VERSION + nonce + self._seal.encrypt(nonce, plain, _bound(column, owner))

    def open_bytes(self, column: str, owner: UUID, sealed: bytes) -> bytes:
        """Undo `seal_bytes`; raises Unreadable when column, owner or bytes do not fit."""
        nonce, body = sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :]
        try:
            return self._seal.decrypt(nonce, body, _bound(column, owner))
        except InvalidTag as failure:
            raise Unreadable(f"A value of {column} cannot be decrypted.") from failure

    def digest(self, text: str) -> UUID:
        """A keyed digest: tells whether two texts are equal, and nothing to who lacks the key."""
        return _uuid(self._name, "digest:" + text)


def _bound(column: str, person_key: UUID) -> bytes:
    return column.encode() + b"|" + person_key.bytes


def _mac(key: bytes) -> hmac.HMAC:
    """Copied and fed for each text: half the work of beginning with the key each time."""
    return hmac.new(key, digestmod="sha256")


def _uuid(begun: hmac.HMAC, text: str) -> UUID:
    mac = begun.copy()
    mac.update(text.encode())
    # A UUID as the driver makes them: the standard library's takes ten times as long, and a row
    # of bulk needs six.
    made: UUID = QuickUUID(mac.digest()[:16])
    return made


@lru_cache(maxsize=256)
def _derived(keys: Keys, purpose: str) -> hmac.HMAC:
    return _mac(keys.derived(purpose))
