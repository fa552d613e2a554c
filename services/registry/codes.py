"""The national code lists, read by label or by code (`codes.toml`, policy.md 4.2)."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kernel.bulk.formats.cells import plain


class GenerationNeeded(Exception):
    """A bare code means one thing in the first generation of a list and another in the second."""


class NotInList(Exception):
    """A list has no such label, or no such code in the generation that was named."""


@dataclass(frozen=True, slots=True)
class CodeList:
    """One national list: our identifier by label, and by code in each of its two generations."""

    by_label: Mapping[str, str]
    by_code: Mapping[int, Mapping[str, str]]

    def word(self, cell: str, generation: int | None) -> str:
        """Our identifier for what an office wrote. A label decides; a code may need `generation`.

        Raises GenerationNeeded or NotInList.
        """
        label = plain(cell)
        if label in self.by_label:
            return self.by_label[label]
        code = label.lstrip("0")
        lists = [self.by_code[n] for n in (1, 2) if generation in (n, None)]
        meanings = {words[code] for words in lists if code in words}
        if len(meanings) > 1:
            raise GenerationNeeded
        if not meanings:
            raise NotInList
        return meanings.pop()


def _code_list(words: list[dict[str, Any]]) -> CodeList:
    return CodeList(
        by_label={plain(label): word["is"] for word in words for label in word["labels"]},
        by_code={
            number: {word[name].lstrip("0"): word["is"] for word in words if name in word}
            for number, name in ((1, "first"), (2, "second"))
        },
    )


with Path(__file__).with_name("codes.toml").open("rb") as _file:
    CODES = {read["name"]: _code_list(read["words"]) for read in tomllib.load(_file)["lists"]}
"""The lists by the name that `codes.toml` gives them."""
