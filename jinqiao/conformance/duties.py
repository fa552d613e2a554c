"""What a duty is, and what becomes of it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

import httpx

from jinqiao.partner import Refused, told

Player = TypeVar("Player")


class Unmet(Exception):
    """What was expected, and what came."""


@dataclass(frozen=True, slots=True)
class Duty(Generic[Player]):
    """One thing that a partner must be able to do: a sentence, and what raises Unmet if not."""

    says: str
    play: Callable[[Player], None]


@dataclass(frozen=True, slots=True)
class Result:
    """Whether a duty was met, and if not, why."""

    duty: str
    passed: bool
    why: str = ""


def played(duties: Iterable[Duty[Player]], player: Player) -> Iterator[Result]:
    """What becomes of each duty, one after the other."""
    for duty in duties:
        try:
            duty.play(player)
        except (Unmet, Refused, httpx.HTTPError, KeyError, ValueError) as failure:
            yield Result(duty.says, passed=False, why=str(failure) or type(failure).__name__)
        else:
            yield Result(duty.says, passed=True)


def status(answer: httpx.Response, wanted: int) -> None:
    """Raises Unmet unless an answer has this status."""
    if answer.status_code != wanted:
        path = answer.request.url.path
        raise Unmet(f"{path} answered {answer.status_code}, not {wanted}: {told(answer)}")


def same(what: str, found: object, wanted: object) -> None:
    """Raises Unmet unless two things are equal."""
    if found != wanted:
        raise Unmet(f"{what} is {found}, not {wanted}")
