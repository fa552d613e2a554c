"""The auditors' sample of 109 loans (plan 一 and 四; row 1).

28 households in which nobody could work, 98 loans used by an enterprise or for something that
produces nothing, and 海伦's 21 whose interest was not given back (these also belong to row 6).
"""

from datetime import date
from random import Random

from jinqiao.counties.county import County, lend, settle
from jinqiao.counties.households import Amendment, Household, couple, grown_son, ill_couple
from jinqiao.counties.interest import days
from jinqiao.counties.lending import Loan, charge, lasting_term
from jinqiao.counties.places import BAYAN, DECEMBER, HAILUN
from jinqiao.counties.planted.enterprises import PLATFORM, disposition, enterprise
from jinqiao.counties.subsidies import subsidise, withheld

NAME, SOURCE = "抽查109", "省际交叉考核"

LABOUR = {
    "230126": (10, ("none", "none", "none", "lost in 2019")),
    "230129": (8, ("none", "son left")),
    "230227": (8, ("none", "son died")),
    "230229": (9, ("none", "none", "able since", "able until")),
    "230230": (8, ("none", "none")),
    "230231": (9, ("none", "none", "nobody says")),
    "230883": (5, ()),
    "231222": (12, ("none", "none", "none")),
    "231223": (10, ("none", "none", "son joined")),
    "231283": (30, ("none",) * 8 + ("half", "half", "half")),
}
"""How many of the 109 are each county's, and who of them can work; the others can."""

UNABLE = {"none", "son left", "son died", "son joined", "able since"}

USES = (
    ("enterprise", 40),
    ("enterprise on paper too", 6),
    ("platform", 1),
    ("dividend", 1),
    ("MEDICAL", 14),
    ("HOUSE_BUILDING", 13),
    ("EDUCATION", 12),
    ("HOUSEHOLD_GOODS", 6),
    ("MARRIAGE", 3),
    ("WEALTH_PRODUCT", 1),
    ("OTHER_NON_PRODUCTIVE", 1),
    ("purpose unknown", 1),
    ("purpose blank", 1),
    ("user blank", 1),
    ("own", 8),
)
"""What the 109 loans were used for: 98 for an organisation or for nothing productive."""

PROHIBITED = {
    "MEDICAL": "看病",
    "HOUSE_BUILDING": "建房",
    "EDUCATION": "子女上学",
    "HOUSEHOLD_GOODS": "购置家电",
    "MARRIAGE": "儿子结婚",
    "WEALTH_PRODUCT": "购买理财",
    "OTHER_NON_PRODUCTIVE": "还旧债",
}

KEPT = 21
"""海伦's loans whose interest of 2017 was not given back."""


def deal_uses(rng: Random) -> dict[str, list[str]]:
    """The 109 uses dealt out among the counties; the first county has an enterprise's two."""
    first, *uses = [use for use, count in USES for _ in range(count)]
    second, *uses = uses
    rng.shuffle(uses)
    dealt = iter([first, second, *uses])
    return {code: [next(dealt) for _ in range(count)] for code, (count, _) in LABOUR.items()}


def plant(county: County, uses: list[str]) -> None:
    rng, place = county.rng, county.place
    special = list(LABOUR[place.code][1])
    labour = special + ["able"] * (len(uses) - len(special))
    rng.shuffle(labour)
    for position, (use, who) in enumerate(zip(uses, labour, strict=True)):
        kept = place == HAILUN and position < KEPT
        signed_on = date(2017, 1, 5) + days(rng.randrange(160 if kept else 660))
        if place == BAYAN and position < 2:
            signed_on = date(2017, 12, 31) + days(position)
        household = settle(county, couple if who == "able" else ill_couple)
        bank = place.union if kept or rng.randrange(6) else "PSBC23"
        loan = lend(
            county,
            household,
            household.head,
            signed_on,
            rng.choice((20_000, 30_000, 30_000, 40_000, 50_000, 50_000)),
            bank=bank,
            months=lasting_term(signed_on),
            disbursed_on=signed_on,
        )
        county.sample(NAME, loan)
        _labour(county, household, loan, who)
        _use(county, loan, use)
        if kept:
            loan.debited, loan.passed_on = frozenset((2017,)), "never"
            charge(loan)
            subsidise(rng, loan)
            for part in ("interest-kept", "hailun"):
                county.expect(part, "SUB-11", loan, withheld(loan))
            county.found("SUB-11", loan, withheld(loan))


def _labour(county: County, household: Household, loan: Loan, who: str) -> None:
    """Who of the household could work on the day the loan was signed."""
    rng, head = county.rng, household.head
    if who == "half":
        head.labour = "WEAK_OR_HALF"
    elif who == "nobody says":
        household.members[1].labour = None
        county.doubt("no-labour", "LOAN-02", loan)
        county.unclear("LOAN-02", loan)
    elif who == "lost in 2019":
        head.labour, head.later_labour = "ORDINARY", (date(2019, 3, 31), "LOST")
        household.amendments = [Amendment(date(2019, 3, 31))]
    elif who == "able until":
        head.labour, head.later_labour = "ORDINARY", (DECEMBER, "LOST")
    elif who == "able since":
        head.labour, head.later_labour = "LOST", (DECEMBER, "ORDINARY")
    elif who.startswith("son"):
        son = grown_son(rng, county.identities, head)
        household.members.append(son)
        if who == "son left":
            son.left_on = date(2016, 5, 20)
        elif who == "son died":
            son.died_on = date(2016, 8, 11)
        else:
            son.joined_on = loan.signed_on + days(20)
    if who in UNABLE:
        county.expect("no-labour", "LOAN-02", loan, loan.principal)
        county.found("LOAN-02", loan)


def _use(county: County, loan: Loan, use: str) -> None:
    """What the money was used for, as the bank reported it."""
    if use in PROHIBITED:
        loan.purpose, loan.purpose_text = use, PROHIBITED[use]
    elif use in ("enterprise", "enterprise on paper too"):
        loan.user = enterprise(county.rng)
        loan.aware = county.rng.randrange(4) > 0
        loan.takes_part = county.rng.randrange(3) == 0
        if use != "enterprise":
            loan.purpose, loan.purpose_text = "ENTERPRISE_USE", "企业经营"
    elif use == "platform":
        loan.user = dict(PLATFORM)
        loan.purpose, loan.purpose_text = "GOV_PLATFORM", "基础设施"
        loan.aware, loan.takes_part = False, False
    elif use == "dividend":
        loan.user = {"kind": "HOUSEHOLD", "mode": "DIVIDEND"}
        loan.takes_part = False
    elif use == "purpose unknown":
        loan.purpose, loan.purpose_text = "UNKNOWN", None
    elif use == "purpose blank":
        loan.purpose, loan.purpose_text = None, None
    elif use == "user blank":
        loan.user = None
    if use in PROHIBITED or use in ("enterprise on paper too", "platform"):
        county.expect("misuse", "LOAN-12", loan, loan.principal)
        county.found("LOAN-12", loan)
    if use in ("enterprise", "enterprise on paper too", "platform", "dividend"):
        county.expect("misuse", "LOAN-13", loan, loan.principal)
        county.found("LOAN-13", loan)
    if use in ("enterprise", "enterprise on paper too", "platform"):
        county.found("LOAN-20", loan, assigned=disposition(loan))
    if use.startswith("purpose"):
        county.doubt("misuse", "LOAN-12", loan)
        county.unclear("LOAN-12", loan)
    if use == "user blank":
        county.doubt("misuse", "LOAN-13", loan)
        county.unclear("LOAN-13", loan)
        county.unclear("LOAN-20", loan)
