"""The words of small personal insurance (policy.md 3.1 and 3.3; fields.md)."""

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
