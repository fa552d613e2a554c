"""Things that people move from state to state: claims of subsidy, items of the ledger, proposals.

A workflow is a table of moves. Each act is one row of the thing's history, which is only ever
added to; the thing's own row says how far it is now.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kernel.problems import Conflict


class WrongState(Conflict):
    """In its present state this cannot be done; `detail` says what can."""

    title, code = "Not in this state", "wrong-state"


@dataclass(frozen=True, slots=True)
class Move:
    """An act: from which states it may be done, and to which it leads."""

    sources: frozenset[str]
    to: str


Moves = Mapping[str, Move]


def move(sources: str, to: str) -> Move:
    """A move from any of these states, which stand between blanks, to one."""
    return Move(frozenset(sources.split()), to)


def state_after(moves: Moves, thing: str, state: str, verb: str) -> str:
    """The state to which an act leads; raises WrongState, which names what may be done instead."""
    if state in moves[verb].sources:
        return moves[verb].to
    raise WrongState(f"The {thing} is {state}; {_instead(possible(moves, state))}.")


def possible(moves: Moves, state: str) -> list[str]:
    """The acts that this state allows."""
    return [verb for verb, each in moves.items() if state in each.sources]


def _instead(verbs: Iterable[str]) -> str:
    named = ", ".join(verbs)
    return f"what can be done now: {named}" if named else "nothing can be done with it any more"
