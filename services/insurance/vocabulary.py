"""The words of small personal insurance (policy.md 3.1 and 3.3; fields.md)."""

from collections.abc import Mapping
from enum import StrEnum


class LiabilityKind(StrEnum):
    """What a product answers for: 意外身故, 意外伤残, 意外医疗, 住院津贴, 疾病身故, 重大疾病."""

    ACCIDENT_DEATH = "ACCIDENT_DEATH"
    ACCIDENT_DISABILITY = "ACCIDENT_DISABILITY"
    ACCIDENT_MEDICAL = "ACCIDENT_MEDICAL"
    HOSPITAL_ALLOWANCE = "HOSPITAL_ALLOWANCE"
    ILLNESS_DEATH = "ILLNESS_DEATH"
    SERIOUS_ILLNESS = "SERIOUS_ILLNESS"


class IncidentKind(StrEnum):
    """What happened, by the liability it falls under, where the office knows."""

    ACCIDENT_DEATH = "ACCIDENT_DEATH"
    ACCIDENT_DISABILITY = "ACCIDENT_DISABILITY"
    ACCIDENT_MEDICAL = "ACCIDENT_MEDICAL"
    HOSPITAL_ALLOWANCE = "HOSPITAL_ALLOWANCE"
    ILLNESS_DEATH = "ILLNESS_DEATH"
    SERIOUS_ILLNESS = "SERIOUS_ILLNESS"
    UNKNOWN = "UNKNOWN"


class Basis(StrEnum):
    """How much a liability pays: a sum, a sum for each day in hospital, or the loss up to a sum."""

    FIXED = "FIXED"
    PER_DAY = "PER_DAY"
    LOSS = "LOSS"


class ClaimState(StrEnum):
    """报案, 受理, 待补材料, 核定, 理算, 先行给付, 核赔通过, 拒赔, 赔付, 撤案, 结案."""

    REPORTED = "REPORTED"
    FILED = "FILED"
    DOCS_PENDING = "DOCS_PENDING"
    UNDER_REVIEW = "UNDER_REVIEW"
    CALCULATED = "CALCULATED"
    PREPAID = "PREPAID"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    PAID = "PAID"
    WITHDRAWN = "WITHDRAWN"
    CLOSED = "CLOSED"


CLOCKS = ("assessment", "payment", "refusal_notice", "part_payment")
"""核定, 给付赔款, 拒赔通知, 先行给付: the clocks of a claim (保险法 第二十三至二十五条)."""

FOLLOWS: Mapping[ClaimState, frozenset[ClaimState]] = {
    ClaimState.REPORTED: frozenset(
        {ClaimState.FILED, ClaimState.DOCS_PENDING, ClaimState.WITHDRAWN}
    ),
    ClaimState.FILED: frozenset({ClaimState.UNDER_REVIEW}),
    ClaimState.UNDER_REVIEW: frozenset(
        {
            ClaimState.DOCS_PENDING,
            ClaimState.CALCULATED,
            ClaimState.REJECTED,
            ClaimState.PREPAID,
        }
    ),
    ClaimState.PREPAID: frozenset({ClaimState.CALCULATED}),
    ClaimState.CALCULATED: frozenset({ClaimState.APPROVED, ClaimState.REJECTED}),
    ClaimState.APPROVED: frozenset({ClaimState.PAID}),
    ClaimState.PAID: frozenset({ClaimState.CLOSED}),
    ClaimState.REJECTED: frozenset({ClaimState.CLOSED}),
    ClaimState.WITHDRAWN: frozenset({ClaimState.CLOSED}),
    ClaimState.CLOSED: frozenset({ClaimState.UNDER_REVIEW}),
}
"""Which states may follow which (fields.md); from DOCS_PENDING a claim goes back whence it came."""


class SuspicionState(StrEnum):
    """疑似应赔未赔: opened by INS-02, ended by a claim or by an officer who looked."""

    SUSPECTED = "SUSPECTED"
    REPORTED = "REPORTED"
    DISMISSED = "DISMISSED"


class ListChange(StrEnum):
    """Why somebody came on the list of people to be covered, left it, or changed on it."""

    JOINED = "JOINED"
    LEFT = "LEFT"
    DIED = "DIED"
    STATUS_CHANGED = "STATUS_CHANGED"
    NEWLY_OF_AGE = "NEWLY_OF_AGE"
    OVER_AGE = "OVER_AGE"
