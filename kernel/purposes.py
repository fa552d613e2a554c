"""Why somebody asks for names and ID numbers in clear: `X-Purpose`, and who may give which.

A role gives the purposes of its own work, a client those of them that it was registered with.
Without a purpose names and numbers stay masked.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated

from fastapi import Depends, Header
from starlette.requests import Request

from kernel.access import Caller, caller_of
from kernel.problems import Forbidden
from kernel.roles import May, Role


class Purpose(StrEnum):
    """What names and numbers are wanted for."""

    ASSISTANCE = "ASSISTANCE"
    LENDING = "LENDING"
    COVER = "COVER"
    CLAIM = "CLAIM"
    RECTIFICATION = "RECTIFICATION"
    SUBJECT_REQUEST = "SUBJECT_REQUEST"
    PUBLICITY = "PUBLICITY"


WORDS: Mapping[Purpose, tuple[str, str]] = MappingProxyType(
    {
        Purpose.ASSISTANCE: ("帮扶工作", "helping a household, and keeping its record"),
        Purpose.LENDING: (
            "贷款办理与贷后管理",
            "lending, and looking after the loan",
        ),
        Purpose.COVER: ("承保", "insuring the people of a household"),
        Purpose.CLAIM: ("理赔", "settling what happened to an insured person"),
        Purpose.RECTIFICATION: ("排查整改", "looking into a finding and putting it right"),
        Purpose.SUBJECT_REQUEST: ("本人申请查询", "a person asked what is on record about himself"),
        Purpose.PUBLICITY: ("公示", "a publicity list; given by the exchange, never in a request"),
    }
)
"""Each purpose in Chinese and English."""

GIVEN_BY: Mapping[Role, frozenset[Purpose]] = MappingProxyType(
    {
        Role.POVERTY_OFFICE: frozenset(
            {Purpose.ASSISTANCE, Purpose.RECTIFICATION, Purpose.SUBJECT_REQUEST}
        ),
        Role.BANK: frozenset({Purpose.LENDING, Purpose.RECTIFICATION}),
        Role.INSURER: frozenset({Purpose.COVER, Purpose.CLAIM, Purpose.RECTIFICATION}),
    }
)
"""The purposes of each role. A supervisor sees everything masked; who is not named gives none."""


class PurposeNotAllowed(Forbidden):
    """This client may not give this purpose; without X-Purpose the answer comes masked."""

    code = "purpose-not-allowed"


def purposes_of(caller: Caller) -> frozenset[Purpose]:
    """The purposes that a caller may give."""
    granted = GIVEN_BY.get(caller.role, frozenset())
    return granted if caller.purposes is None else granted & caller.purposes


async def _stated(
    request: Request,
    purpose: Annotated[
        Purpose | None,
        Header(
            alias="X-Purpose",
            description="Why names and ID numbers are wanted in clear; each such answer is put on "
            "record. Left out: they come masked. "
            + "; ".join(f"{each.value}: {zh}, {en}" for each, (zh, en) in WORDS.items())
            + ". "
            + ". ".join(
                f"{role.value} gives {', '.join(sorted(given))}" for role, given in GIVEN_BY.items()
            )
            + "; others give none.",
        ),
    ] = None,
) -> Purpose | None:
    if purpose is None:
        return None
    caller = caller_of(request)
    if May.HOUSEHOLDS_REVEAL not in caller.scope or purpose not in purposes_of(caller):
        raise PurposeNotAllowed
    return purpose


StatedPurpose = Annotated[Purpose | None, Depends(_stated)]
"""The purpose that a request states; none: everything stays masked. Raises PurposeNotAllowed, and
BadRequest for a word that is no purpose."""
