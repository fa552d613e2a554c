"""The words of lending (fields.md; policy.md 2.3)."""

from enum import IntEnum, StrEnum


class LoanKind(StrEnum):
    """How a contract came about: anew, 续贷, 展期 or 追加."""

    NEW = "NEW"
    RENEWAL = "RENEWAL"
    EXTENSION = "EXTENSION"
    ADDITIONAL = "ADDITIONAL"


class Product(StrEnum):
    """扶贫小额信贷, and what else a registered person may have borrowed."""

    POVERTY_MICRO = "POVERTY_MICRO"
    ORDINARY_FARM = "ORDINARY_FARM"
    COMMERCIAL = "COMMERCIAL"
    INDUSTRY_POVERTY = "INDUSTRY_POVERTY"


class Convention(StrEnum):
    """How the bank counts interest: `method` of interest_cases.json."""

    ITEM_YMD = "ITEM_YMD"
    ITEM_ACT360 = "ITEM_ACT360"
    ITEM_YMD_PER_PRINCIPAL = "ITEM_YMD_PER_PRINCIPAL"
    ITEM_ACT360_WHOLE_YUAN = "ITEM_ACT360_WHOLE_YUAN"
    ACT365 = "ACT365"
    PRODUCT_ACT360 = "PRODUCT_ACT360"
    QUARTERLY_ACT360 = "QUARTERLY_ACT360"
    QUARTERLY_YMD = "QUARTERLY_YMD"
    QUARTERLY_YMD_CUMULATIVE = "QUARTERLY_YMD_CUMULATIVE"


class Settlement(StrEnum):
    """When interest is settled."""

    AT_MATURITY = "AT_MATURITY"
    MONTHLY = "MONTHLY"
    QUARTERLY = "QUARTERLY"
    YEARLY = "YEARLY"


class LoanPurpose(StrEnum):
    """What the money is for."""

    PLANTING = "PLANTING"
    BREEDING = "BREEDING"
    PROCESSING = "PROCESSING"
    TRADE = "TRADE"
    FARM_SIDELINE = "FARM_SIDELINE"
    MARRIAGE = "MARRIAGE"
    HOUSE_BUILDING = "HOUSE_BUILDING"
    WEALTH_PRODUCT = "WEALTH_PRODUCT"
    HOUSEHOLD_GOODS = "HOUSEHOLD_GOODS"
    MEDICAL = "MEDICAL"
    EDUCATION = "EDUCATION"
    GOV_PLATFORM = "GOV_PLATFORM"
    ENTERPRISE_USE = "ENTERPRISE_USE"
    REAL_ESTATE = "REAL_ESTATE"
    INFRASTRUCTURE = "INFRASTRUCTURE"
    OTHER_NON_PRODUCTIVE = "OTHER_NON_PRODUCTIVE"
    UNKNOWN = "UNKNOWN"


class Guarantee(StrEnum):
    """Security; the product is lent without any (免担保免抵押)."""

    NONE = "NONE"
    GUARANTOR = "GUARANTOR"
    MORTGAGE = "MORTGAGE"
    PLEDGE = "PLEDGE"


class UserKind(StrEnum):
    """Who really uses the money (实际用款人)."""

    HOUSEHOLD = "HOUSEHOLD"
    ENTERPRISE = "ENTERPRISE"
    COOPERATIVE = "COOPERATIVE"
    GOVERNMENT_PLATFORM = "GOVERNMENT_PLATFORM"
    OTHER = "OTHER"


class UserMode(StrEnum):
    """How it came to another user: 入股分红, 转贷, 指标交换, or entrusted."""

    DIVIDEND = "DIVIDEND"
    ONLENDING = "ONLENDING"
    QUOTA_SWAP = "QUOTA_SWAP"
    ENTRUSTED = "ENTRUSTED"


class FiveClass(IntEnum):
    """五级分类, as the bank reports it."""

    NORMAL = 1
    SPECIAL_MENTION = 2
    SUBSTANDARD = 3
    DOUBTFUL = 4
    LOSS = 5


class LineKind(StrEnum):
    """Kind of an interest line."""

    NORMAL = "NORMAL"
    PENALTY = "PENALTY"
    COMPOUND = "COMPOUND"


class Bearer(StrEnum):
    """Who bore an interest line."""

    HOUSEHOLD = "HOUSEHOLD"
    TREASURY = "TREASURY"
    BANK = "BANK"


class AccountKind(StrEnum):
    """Which account a line was taken from."""

    LINKED_CARD = "LINKED_CARD"
    OTHER = "OTHER"


class RefundCause(StrEnum):
    """Why money went back."""

    RATE_EXCESS = "RATE_EXCESS"
    ORDINARY_RATE = "ORDINARY_RATE"
    SUBSIDY_PASS_THROUGH = "SUBSIDY_PASS_THROUGH"


class RefundTarget(StrEnum):
    """To whom money went back."""

    HOUSEHOLD = "HOUSEHOLD"
    TREASURY = "TREASURY"


class NoticeKind(StrEnum):
    """Notices before maturity: 60 days, and in writing 30 days (plan, item six)."""

    REMIND_60 = "REMIND_60"
    WRITTEN_30 = "WRITTEN_30"


class Disposition(StrEnum):
    """What is to be done about loans that an organisation uses (policy.md 2.4)."""

    E1_TRACK_CONVERT = "E1_TRACK_CONVERT"
    E2_CORRECT = "E2_CORRECT"
    E3_RECALL = "E3_RECALL"
    E4_FORBIDDEN = "E4_FORBIDDEN"


class Decision(StrEnum):
    """What an officer decides on a proposal for the list of those who default in bad faith."""

    LISTED = "LISTED"
    REFUSED = "REFUSED"
