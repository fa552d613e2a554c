"""gzip, unpacked step by step: a bomb is stopped at the limit, having taken a step's memory."""

import zlib
from collections.abc import Iterator

from kernel.bulk import formats
from kernel.bulk.formats import unusable
from kernel.problems import PayloadTooLarge

_STEP = 1024 * 1024
"""Bytes that are unpacked at once."""


class Plain:
    """A body that is not packed, in the steps in which it comes."""

    def read(self, part: bytes) -> Iterator[bytes]:
        yield part

    def end(self) -> None:
        """Nothing can be missing."""


class Gzip:
    """A gzip body of one or more members.

    Raises Invalid for what is no gzip or is cut short, PayloadTooLarge beyond the limit.
    """

    def __init__(self) -> None:
        self._member = zlib.decompressobj(wbits=31)
        self._begun = False
        self._room = formats.INFLATED_LIMIT

    def read(self, part: bytes) -> Iterator[bytes]:
        """What the next part of the body unpacks to, in steps."""
        while part:
            if not self._begun:
                part = part.lstrip(b"\0")  # some writers pad the end of a member
                self._begun = bool(part)
                continue
            try:
                plain = self._member.decompress(part, _STEP)
            except zlib.error:
                raise unusable("gzip", "The body says it is gzip but cannot be unpacked.") from None
            self._room -= len(plain)
            if self._room < 0:
                raise PayloadTooLarge(
                    f"The body is more than {formats.INFLATED_LIMIT} bytes when unpacked."
                )
            if plain:
                yield plain
            part = self._member.unconsumed_tail
            if self._member.eof:
                part = self._member.unused_data
                self._member, self._begun = zlib.decompressobj(wbits=31), False

    def end(self) -> None:
        """The body is over: every member must be whole."""
        if self._begun:
            raise unusable("gzip", "The gzip body is cut short; send it again.")
