"""The words of screenings and findings."""

from enum import StrEnum


class RuleId(StrEnum):
    """Every rule that is judged so far (rules.md). The prefix names who judges."""

    LOAN_01 = "LOAN-01"
    LOAN_02 = "LOAN-02"
    LOAN_03 = "LOAN-03"
    LOAN_04 = "LOAN-04"
    LOAN_08 = "LOAN-08"
    LOAN_09 = "LOAN-09"
    LOAN_12 = "LOAN-12"
    LOAN_13 = "LOAN-13"
    LOAN_14 = "LOAN-14"
    LOAN_20 = "LOAN-20"
    LOAN_23 = "LOAN-23"
    LOAN_30 = "LOAN-30"
    LOAN_31 = "LOAN-31"
    SUB_11 = "SUB-11"
    INS_01 = "INS-01"
    INS_02 = "INS-02"


class Verdict(StrEnum):
    """What a finding says of its subject. What is met is no finding."""

    NOT_MET = "not_met"
    UNDETERMINED = "undetermined"


class State(StrEnum):
    """How far a screening is: asked for, being judged at named positions, or answered."""

    REQUESTED = "requested"
    JUDGING = "judging"
    JUDGED = "judged"


JUDGES = ("loans", "subsidy", "insurance")
"""The services that answer a screening."""

SOURCES = ("gateway", "registry", *JUDGES)
"""The services whose facts a screening rests on."""
