"""The organisations that really use the money of some of the 109 (户贷企用), all invented."""

from datetime import date
from random import Random

from jinqiao.counties.lending import Loan

UNIFIED = "0123456789ABCDEFGHJKLMNPQRTUWXY"
PARTS = (3, 7, 9, 10, 5, 8, 4, 2)


def credit_code(category: str, number: int) -> str:
    """A unified social credit code with right check characters (GB 32100-2015, GB 11714-1997).

    Its district 230199 was never assigned, so the code is nobody's.
    """
    body = f"{number:08d}"
    rest = 11 - sum(int(one) * part for one, part in zip(body, PARTS, strict=True)) % 11
    seventeen = f"9{category}230199{body}{'0123456789X0'[rest]}"
    total = sum(UNIFIED.index(one) * pow(3, place, 31) for place, one in enumerate(seventeen))
    return seventeen + UNIFIED[-total % 31]


ENTERPRISES: tuple[tuple[int, dict[str, object]], ...] = (
    (
        16,
        {
            "kind": "ENTERPRISE",
            "credit_code": credit_code("1", 10010001),
            "name": "示例北岸米业有限公司",
            "mode": "DIVIDEND",
            "has_industry_base": True,
            "at_risk": False,
        },
    ),
    (
        12,
        {
            "kind": "COOPERATIVE",
            "credit_code": credit_code("3", 10010002),
            "name": "示例沃野养牛专业合作社",
            "mode": "ENTRUSTED",
            "has_industry_base": True,
            "at_risk": False,
        },
    ),
    (
        8,
        {
            "kind": "ENTERPRISE",
            "credit_code": credit_code("1", 10010003),
            "name": "示例松江牧业有限公司",
            "mode": "ONLENDING",
            "has_industry_base": True,
            "at_risk": True,
        },
    ),
    (
        6,
        {
            "kind": "ENTERPRISE",
            "credit_code": credit_code("1", 10010004),
            "name": "示例东原农业开发有限公司",
            "mode": "QUOTA_SWAP",
            "has_industry_base": False,
            "at_risk": False,
        },
    ),
    (4, {"kind": "COOPERATIVE", "name": "示例前进种植专业合作社", "mode": "DIVIDEND"}),
)
"""How often each is chosen, and what the bank says of it. The last has no credit code on record."""

PLATFORM: dict[str, object] = {
    "kind": "GOVERNMENT_PLATFORM",
    "credit_code": credit_code("1", 10010005),
    "name": "示例县城建投资有限公司",
    "mode": "ENTRUSTED",
    "at_risk": False,
}


def enterprise(rng: Random) -> dict[str, object]:
    shares = [share for share, _ in ENTERPRISES]
    return dict(rng.choices([one for _, one in ENTERPRISES], shares)[0])


def disposition(loan: Loan) -> str:
    """What is to be done about an organisation's use (rules.md, LOAN-20)."""
    user = loan.user or {}
    if loan.disbursed_on >= date(2018, 1, 1):
        return "E4_FORBIDDEN"
    if user.get("at_risk"):
        return "E3_RECALL"
    if loan.aware is False or (user.get("mode") == "DIVIDEND" and loan.takes_part is False):
        return "E2_CORRECT"
    if user.get("has_industry_base") and loan.aware:
        return "E1_TRACK_CONVERT"
    return ""
