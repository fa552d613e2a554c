"""The words of screenings and findings."""

from enum import StrEnum


class RuleId(StrEnum):
    """Every rule of the catalogue (rules.md). The prefix names who judges."""

    LOAN_01 = "LOAN-01"
    LOAN_02 = "LOAN-02"
    LOAN_03 = "LOAN-03"
    LOAN_04 = "LOAN-04"
    LOAN_05 = "LOAN-05"
    LOAN_06 = "LOAN-06"
    LOAN_07 = "LOAN-07"
    LOAN_08 = "LOAN-08"
    LOAN_09 = "LOAN-09"
    LOAN_10 = "LOAN-10"
    LOAN_11 = "LOAN-11"
    LOAN_12 = "LOAN-12"
    LOAN_13 = "LOAN-13"
    LOAN_14 = "LOAN-14"
    LOAN_15 = "LOAN-15"
    LOAN_16 = "LOAN-16"
    LOAN_17 = "LOAN-17"
    LOAN_20 = "LOAN-20"
    LOAN_21 = "LOAN-21"
    LOAN_22 = "LOAN-22"
    LOAN_23 = "LOAN-23"
    LOAN_30 = "LOAN-30"
    LOAN_31 = "LOAN-31"
    LOAN_32 = "LOAN-32"
    LOAN_40 = "LOAN-40"
    LOAN_41 = "LOAN-41"
    LOAN_42 = "LOAN-42"
    LOAN_43 = "LOAN-43"
    LOAN_50 = "LOAN-50"
    LOAN_60 = "LOAN-60"
    SHARE_01 = "SHARE-01"
    SHARE_02 = "SHARE-02"
    SUB_01 = "SUB-01"
    SUB_02 = "SUB-02"
    SUB_03 = "SUB-03"
    SUB_04 = "SUB-04"
    SUB_05 = "SUB-05"
    SUB_06 = "SUB-06"
    SUB_10 = "SUB-10"
    SUB_11 = "SUB-11"
    SUB_12 = "SUB-12"
    INS_01 = "INS-01"
    INS_02 = "INS-02"
    INS_03 = "INS-03"
    INS_04 = "INS-04"
    INS_05 = "INS-05"


class Verdict(StrEnum):
    """What a finding says of its subject. What is met is no finding."""

    NOT_MET = "not_met"
    UNDETERMINED = "undetermined"


class State(StrEnum):
    """How far a screening is: asked for, being judged at named positions, or answered."""

    REQUESTED = "requested"
    JUDGING = "judging"
    JUDGED = "judged"


JUDGES = {"loans": "LOAN", "subsidy": "SUB", "insurance": "INS"}
"""The services that answer a screening, and the prefix of the rules that each judges."""

SOURCES = ("gateway", "registry", *JUDGES)
"""The services whose facts a screening rests on."""
