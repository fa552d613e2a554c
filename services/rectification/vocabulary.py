"""The words of screenings, findings and the ledger."""

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


class ScreeningState(StrEnum):
    """How far a screening is: asked for, being judged at named positions, or answered."""

    REQUESTED = "requested"
    JUDGING = "judging"
    JUDGED = "judged"


JUDGES = {"registry": "SHARE", "loans": "LOAN", "subsidy": "SUB", "insurance": "INS"}
"""The services that answer a screening, and the prefix of the rules that each judges."""

SOURCES = ("gateway", *JUDGES)
"""The services whose facts a screening rests on."""


class ItemState(StrEnum):
    """How far an item of the ledger is."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    CLOSED = "closed"
    LONG_TERM = "long_term"
    REOPENED = "reopened"
    DISMISSED = "dismissed"


STATE_LABELS = {
    ItemState.OPEN: "未启动",
    ItemState.IN_PROGRESS: "整改中",
    ItemState.COMPLETED: "已完成待验收",
    ItemState.CLOSED: "已销号",
    ItemState.LONG_TERM: "长期坚持",
    ItemState.REOPENED: "反弹",
    ItemState.DISMISSED: "不属实",
}


class Source(StrEnum):
    """Who found a problem (问题来源)."""

    CENTRAL_NOTICE = "CENTRAL_NOTICE"
    CENTRAL_INSPECTION = "CENTRAL_INSPECTION"
    CROSS_REVIEW = "CROSS_REVIEW"
    UNANNOUNCED_VISIT = "UNANNOUNCED_VISIT"
    AUDIT = "AUDIT"
    LEADING_GROUP = "LEADING_GROUP"
    SELF_EXAMINATION = "SELF_EXAMINATION"
    SELF_FOUND = "SELF_FOUND"


SOURCE_LABELS = {
    Source.CENTRAL_NOTICE: "中办通报",
    Source.CENTRAL_INSPECTION: "专项巡视",
    Source.CROSS_REVIEW: "省际交叉考核",
    Source.UNANNOUNCED_VISIT: "暗访",
    Source.AUDIT: "审计",
    Source.LEADING_GROUP: "领导小组会议",
    Source.SELF_EXAMINATION: "自查",
    Source.SELF_FOUND: "举一反三",
}


class Act(StrEnum):
    """What may be done with an item, as its history names it."""

    OPEN = "open"
    START = "start"
    COMPLETE = "complete"
    CLOSE = "close"
    LONG_TERM = "long-term"
    REOPEN = "reopen"
    DISMISS = "dismiss"
    REMIND = "remind"
    EVIDENCE = "evidence"


class VisitOutcome(StrEnum):
    """What a visit said of a finding."""

    CONFIRMED = "CONFIRMED"
    REFUTED = "REFUTED"
    CANNOT_TELL = "CANNOT_TELL"


CATEGORIES = {
    1: "item_1",
    2: "item_2",
    3: "item_3",
    4: "item_4",
    5: "item_5",
    6: "item_6",
    7: "item_7",
}
"""The seven items of the plan and where law says what each asks."""

PLAN_ITEMS: dict[RuleId, tuple[int, ...]] = {
    RuleId.LOAN_01: (1,),
    RuleId.LOAN_02: (1,),
    RuleId.LOAN_03: (1, 6),
    RuleId.LOAN_04: (1,),
    RuleId.LOAN_05: (1, 6),
    RuleId.LOAN_06: (1, 6),
    RuleId.LOAN_07: (1,),
    RuleId.LOAN_08: (6,),
    RuleId.LOAN_09: (1,),
    RuleId.LOAN_10: (6,),
    RuleId.LOAN_11: (3,),
    RuleId.LOAN_12: (1, 6),
    RuleId.LOAN_13: (1,),
    RuleId.LOAN_14: (3,),
    RuleId.LOAN_15: (1, 6),
    RuleId.LOAN_16: (1, 6),
    RuleId.LOAN_17: (1, 6),
    RuleId.LOAN_20: (1,),
    RuleId.LOAN_21: (1,),
    RuleId.LOAN_22: (1, 6),
    RuleId.LOAN_23: (1,),
    RuleId.LOAN_30: (2,),
    RuleId.LOAN_31: (3,),
    RuleId.LOAN_32: (2, 3),
    RuleId.LOAN_40: (6,),
    RuleId.LOAN_41: (6,),
    RuleId.LOAN_42: (6,),
    RuleId.LOAN_43: (6,),
    RuleId.LOAN_50: (7,),
    RuleId.LOAN_60: (6,),
    RuleId.SHARE_01: (3, 5),
    RuleId.SHARE_02: (3, 5),
    RuleId.SUB_01: (4,),
    RuleId.SUB_02: (4,),
    RuleId.SUB_03: (2,),
    RuleId.SUB_04: (4,),
    RuleId.SUB_05: (4,),
    RuleId.SUB_06: (2,),
    RuleId.SUB_10: (4,),
    RuleId.SUB_11: (4,),
    RuleId.SUB_12: (2,),
    RuleId.INS_01: (5,),
    RuleId.INS_02: (5,),
    RuleId.INS_03: (5,),
    RuleId.INS_04: (5,),
    RuleId.INS_05: (5,),
}
"""Items of the plan that a rule answers (rules.md); the first is where its findings go."""

OF_BORROWING = frozenset(rule for rule in RuleId if RuleId.LOAN_01 <= rule <= RuleId.LOAN_17)
"""LOAN-01 to 17 say what was and are never cured: other things close an item of theirs."""

OF_THE_DAY = frozenset(
    {
        "days",
        "days_left",
        "days_since",
        "days_overdue",
        "overdue_days",
        "age_days",
        "age_years",
    }
)
"""Figures of findings that move with the business date alone: another one is no other fact."""
