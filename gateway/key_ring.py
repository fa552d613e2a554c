"""The keys that tokens are signed with, kept encrypted in the database."""

from gateway import queries
from gateway.tables import SigningKeyRow
from kernel import clock
from kernel.crypto import Keys
from kernel.database import Database
from kernel.ids import new_id
from kernel.tokens import SigningKey

_COLUMN = "gateway.signing_key"


class KeyRing:
    """All signing keys, newest last. The newest one signs; all may verify."""

    def __init__(self) -> None:
        self._keys: list[SigningKey] = []

    async def load(self, database: Database, keys: Keys) -> None:
        """Read the keys; the first start of an exchange makes the first one."""
        async with database.begin() as session:
            await queries.lock(session, "signing_key")
            rows = await queries.signing_keys(session)
            if not rows:
                session.add(_new_key(keys))
                await session.flush()
                rows = await queries.signing_keys(session)
        self._keys = [SigningKey(keys.open_bytes(_COLUMN, row.key_id, row.sealed)) for row in rows]

    @property
    def signing(self) -> SigningKey:
        """The key that new tokens are signed with."""
        return self._keys[-1]

    def public(self) -> list[dict[str, str]]:
        """The public keys, as a JSON Web Key Set lists them."""
        return [key.public_jwk for key in self._keys]


def _new_key(keys: Keys) -> SigningKeyRow:
    key_id = new_id()
    sealed = keys.seal_bytes(_COLUMN, key_id, SigningKey.new_pem())
    return SigningKeyRow(key_id=key_id, sealed=sealed, created_at=clock.now())
