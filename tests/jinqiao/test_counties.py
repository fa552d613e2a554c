"""The ten counties' files: the same bytes every time, in the shape fields.md asks for, and with the
plan's figures in them. The verdicts are counted again from the files alone (`recount.py`)."""

import hashlib
import json
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from jinqiao.counties import CURE, FEWEST_HOUSEHOLDS, generate
from jinqiao.counties.answer_key import CLEAN, RULES
from jinqiao.counties.interest import by_the_day, fen, thirty_day_count, year_month_day
from jinqiao.counties.people import check_digit
from kernel import divisions
from tests.jinqiao.county_files import Records, Row, Z, age, covers, day, export, liabilities
from tests.jinqiao.recount import Judge
from tests.jinqiao.recount_all import Recount

HOUSEHOLDS = FEWEST_HOUSEHOLDS


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ten-counties")
    generate(folder, households=HOUSEHOLDS)
    return folder


@pytest.fixture(scope="module")
def records(out: Path) -> "Records":
    return Records(out)


@pytest.fixture(scope="module")
def key(out: Path) -> dict[str, Row]:
    rows = json.loads((out / "answer-key.json").read_text("utf-8"))["rows"]
    return {_name(row): row for row in rows}


def _name(row: Row) -> str:
    """A part of the key; of those that have a row a rule, with the rule."""
    rules = f" {row['scope']['rules'][0]}" if row["row"] in (8, 9) else ""
    return f"{row['part']}{rules}"


# What the plan says, found again.


def agrees(expected: Row, rule: str, verdicts: dict[str, bool | None]) -> None:
    """The key names exactly those that are not met, and exactly those that cannot be known."""
    not_met = sorted(name for name, verdict in verdicts.items() if verdict is False)
    undetermined = sorted(name for name, verdict in verdicts.items() if verdict is None)
    set_aside = expected.get("set_aside", {}).get(rule, [])
    assert not_met == sorted(expected["not_met"][rule] + set_aside)
    assert undetermined == expected["undetermined"][rule]


def test_28_of_the_109_households_have_nobody_able_to_work(
    records: Records, key: dict[str, Row]
) -> None:
    judge = Judge(records, date(2018, 12, 31))
    sample = {name: records.loans[name] for name in records.sample("抽查109")}

    agrees(
        key["no-labour"]["expect"],
        "LOAN-02",
        {name: judge.loan_02(loan) for name, loan in sample.items()},
    )
    assert len(sample) == len({loan.borrower_id_number for loan in sample.values()}) == 109
    assert len(key["no-labour"]["expect"]["not_met"]["LOAN-02"]) == 28


def test_98_of_the_109_loans_went_to_an_organisation_or_produced_nothing(
    records: Records, key: dict[str, Row]
) -> None:
    judge = Judge(records, date(2018, 12, 31))
    sample = {name: records.loans[name] for name in records.sample("抽查109")}
    use = {name: judge.loan_12(loan) for name, loan in sample.items()}
    user = {name: judge.loan_13(loan) for name, loan in sample.items()}

    agrees(key["misuse"]["expect"], "LOAN-12", use)
    agrees(key["misuse"]["expect"], "LOAN-13", user)
    assert sum(use[name] is False or user[name] is False for name in sample) == 98


def test_hailun_kept_the_interest_of_21_of_the_109_and_of_others(
    records: Records, key: dict[str, Row]
) -> None:
    judge = Judge(records, date(2018, 12, 31))
    owed = {name: judge.sub_11(loan) for name, loan in records.loans.items()}
    sampled = {name: not owed[name] for name in records.sample("抽查109")}
    hailun = {
        name: not owed[name] for name, loan in records.loans.items() if loan.county == "231283"
    }

    agrees(key["interest-kept"]["expect"], "SUB-11", dict(sampled))
    agrees(key["hailun"]["expect"], "SUB-11", dict(hailun))
    assert sum(not returned for returned in sampled.values()) == 21
    assert sum(owed.values(), Z) == Decimal(key["hailun"]["expect"]["amounts"]["SUB-11"])
    assert list(owed.values()).count(Decimal("0.01")) == 1


def test_seven_borrowers_of_fuyuan_were_not_registered(
    records: Records, key: dict[str, Row]
) -> None:
    judge = Judge(records, date(2018, 12, 31))
    fuyuan = {
        name: judge.loan_23(loan)
        for name, loan in records.loans.items()
        if loan.county == "230883"
        and loan.product == "POVERTY_MICRO"
        and loan.signed_on <= judge.day
    }

    agrees(key["strangers"]["expect"], "LOAN-23", fuyuan)
    assert list(fuyuan.values()).count(False) == 7


def test_a_year_at_3_75_cost_3_8021_percent(records: Records, key: dict[str, Row]) -> None:
    judge = Judge(records, date(2019, 1, 1))
    sample = {name: records.loans[name] for name in records.sample("联社3.75")}
    charged = sum((Decimal(one["amount"]) for loan in sample.values() for one in loan.lines), Z)
    principal = sum((loan.principal for loan in sample.values()), Z)
    excess = {name: judge.loan_30(loan) for name, loan in sample.items()}

    agrees(key["by-the-day"]["expect"], "LOAN-30", {name: not one for name, one in excess.items()})
    assert f"{charged * 100 / principal:.4f}" == "3.8021"
    assert f"{(charged - principal * Decimal('0.0375')) * 10_000 / principal:.2f}" == "5.21"
    assert sum(excess.values(), Z) == Decimal(key["by-the-day"]["expect"]["amounts"]["LOAN-30"])


@pytest.mark.parametrize(
    ("part", "county", "business_date", "rates", "households", "principal"),
    [
        ("baiquan", "230231", date(2018, 3, 31), ("0.0675", "0.1050"), 78, "3329000.00"),
        ("lanxi", "231222", date(2018, 6, 30), ("0.0896", "0.1050"), 243, "8324600.00"),
    ],
)
def test_registered_households_paid_ordinary_rates(
    records: Records,
    key: dict[str, Row],
    part: str,
    county: str,
    business_date: date,
    rates: tuple[str, str],
    households: int,
    principal: str,
) -> None:
    judge = Judge(records, business_date)
    ordinary = {
        name: judge.loan_31(name, loan)
        for name, loan in records.loans.items()
        if loan.county == county
        and loan.product in ("ORDINARY_FARM", "COMMERCIAL")
        and loan.signed_on <= business_date
    }
    expected = key[part]["expect"]

    agrees(expected, "LOAN-31", {name: verdict for name, (verdict, _) in ordinary.items()})
    found = [records.loans[name] for name in expected["not_met"]["LOAN-31"]]
    assert all(loan.signed_on >= date(2017, 1, 1) for loan in found)
    assert len({records.people[loan.borrower_id_number][0].number for loan in found}) == households
    assert sum((loan.principal for loan in found), Z) == Decimal(principal)
    assert (
        min(loan.annual_rate for loan in found),
        max(loan.annual_rate for loan in found),
    ) == rates
    overpaid = sum((ordinary[name][1] for name in expected["not_met"]["LOAN-31"]), Z)
    assert overpaid == Decimal(expected["amounts"]["LOAN-31"])
    if part == "lanxi":
        assert overpaid == Decimal("363300.00")
    else:
        eight = records.sample("拜泉8")
        assert sorted(eight) == key["baiquan-eight"]["expect"]["not_met"]["LOAN-31"]
        assert sum((ordinary[name][1] for name in eight), Z) == Decimal("11700.00")


def test_nobody_told_the_insurer_of_328_people_in_yanshou(
    records: Records, key: dict[str, Row]
) -> None:
    business_date, products, covered = date(2018, 9, 30), liabilities(records), covers(records)
    claims = [row for _, row in records.rows("claims") if row["reported_on"] <= "2018-09-30"]
    answered = {row["incident_no"] for row in claims} | {
        (row["id_number"], row["kind"], row["incident_on"]) for row in claims
    }
    verdicts: dict[str, bool | None] = {}
    owed: list[Decimal] = []
    people: set[str] = set()
    for push, row in records.rows("incidents"):
        late = (business_date - day(row["on"])).days > 30
        known = (
            row["incident_no"] in answered or (row["id_number"], row["kind"], row["on"]) in answered
        )
        if push["agency"] != "PO230129" or not late or known:
            continue
        for product, begun, ended in covered[row["id_number"]]:
            liability = products.get((product, row["kind"]))
            if not begun <= row["on"] < ended:
                continue
            years = age(records.people[row["id_number"]][1].born, day(row["on"]))
            if row["kind"] == "UNKNOWN":
                verdicts[row["incident_no"]] = None
            elif liability and years <= int(liability["max_age"] or 200):
                verdicts[row["incident_no"]] = False
                owed.append(Decimal(liability["sum"]))
                people.add(row["id_number"])
                assert liability["basis"] == "FIXED"

    agrees(key["yanshou"]["expect"], "INS-02", verdicts)
    assert (len(people), sum(owed)) == (328, Decimal(237_000))
    assert (owed.count(Decimal(500)), owed.count(Decimal(1000))) == (182, 146)


# Every rule, on the day of the plan and after the cure.


@pytest.fixture(scope="module")
def recounts(out: Path) -> dict[str, Recount]:
    return {
        "plan-day": Recount(Records(out), date(2019, 5, 28)),
        "re-screen": Recount(Records(out, cured=True), date(2019, 11, 20)),
    }


@pytest.mark.parametrize("part", ["plan-day", "re-screen"])
@pytest.mark.parametrize("rule", RULES)
def test_the_key_says_what_every_rule_must_find(
    recounts: dict[str, Recount], key: dict[str, Row], part: str, rule: str
) -> None:
    expected, found = key[f"{part} {rule}"]["expect"], recounts[part].of(rule)

    assert sorted([*found.not_met, *found.again]) == expected["not_met"][rule]
    assert sorted(found.undetermined) == expected["undetermined"][rule]
    for name, amount in expected.get("owed", {}).get(rule, {}).items():
        assert found.not_met[name] == Decimal(amount)
    if part == "plan-day":
        assert found.classes == expected["classes"][rule]


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_that_files_can_tell_of_has_its_cases(key: dict[str, Row], rule: str) -> None:
    found = key[f"plan-day {rule}"]["expect"]

    assert bool(found["not_met"][rule] or found["undetermined"][rule]) != (rule in UNTOLD)


UNTOLD = {"LOAN-43", "SUB-03", "SUB-04", "SUB-05", "SUB-06"}
"""What only an officer or a claim to the exchange itself can bring about."""


@pytest.mark.parametrize("rule", CLEAN)
def test_after_the_cure_nothing_is_found_that_must_be_clean(key: dict[str, Row], rule: str) -> None:
    assert key[f"re-screen {rule}"]["expect"]["not_met"][rule] == []


def test_no_story_plants_in_anothers_field(records: Records, key: dict[str, Row]) -> None:
    def planted(part: str) -> set[str]:
        expected = key[part]["expect"]
        listed = [*expected["not_met"].values(), *expected["undetermined"].values()]
        listed += expected.get("set_aside", {}).values()
        return {name for names in listed for name in names}

    sample = set(records.sample("抽查109"))
    fields = [sample, planted("hailun") - sample]
    parts = ("strangers", "by-the-day", "baiquan", "lanxi", "plan-day LOAN-08")
    fields += [planted(part) for part in parts]

    assert planted("no-labour") | planted("misuse") | planted("interest-kept") <= sample
    assert planted("interest-kept") <= planted("hailun")
    assert planted("baiquan-eight") <= planted("baiquan")
    assert len(set().union(*fields)) == sum(map(len, fields))


# What holds of every file.


def test_the_same_arguments_give_the_same_bytes(out: Path, tmp_path: Path) -> None:
    generate(tmp_path, households=HOUSEHOLDS)

    assert digests(tmp_path) == digests(out)


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_too_few_households_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least"):
        generate(tmp_path, households=FEWEST_HOUSEHOLDS - 1)


def test_every_data_file_is_pushed_once_by_its_agency(out: Path, records: Records) -> None:
    files = [push["file"] for push in records.pushes]
    agencies = {agency["code"] for agency in records.agencies}

    assert sorted(files) == sorted(
        str(path.relative_to(out))
        for path in out.rglob("*")
        if path.is_file() and path.parent != out and out / CURE not in path.parents
    )
    assert all(push["agency"] in agencies for push in records.pushes)
    assert files[0] == "banks/RCU231223/contracts-first.ndjson"
    assert files.index("poverty/PO231223/households-2018.xlsx") > 0


def test_id_numbers_are_nobodys_and_add_up(records: Records) -> None:
    numbers = list(records.people) + [loan.borrower_id_number for loan in records.loans.values()]

    assert all(number.startswith("230199") and len(number) == 18 for number in numbers)
    assert all(check_digit(number[:17]) == number[17] for number in numbers)
    assert sum(len(home.members) for home in records.homes.values()) == len(records.people)


def test_every_household_has_one_head_and_lives_in_a_village(out: Path, records: Records) -> None:
    for push in records.pushes:
        if push["format"] == "xlsx":
            heads = defaultdict(list)
            for row in export(out / push["file"]):
                heads[row["户编号"]].append(row["与户主关系"])
                where = (row[name] for name in ("省", "市", "县", "乡", "村"))
                assert divisions.village_code(*where) == row["村代码"]
            assert all(relations.count("户主") == 1 for relations in heads.values())


REQUIRED = {
    "households": "household_no village_code attribute main_cause statuses members as_at",
    "contracts": "contract_no branch_division borrower_name borrower_id_number kind product "
    "principal annual_rate convention settlement applied_on signed_on disbursed_on matures_on "
    "guarantee balance overdue_principal five_class as_at source_version",
    "ratings": "id_number grade limit rated_on bad_record",
    "interest-lines": "contract_no line_no kind period_start period_end base amount settled_on "
    "borne_by",
    "repayments": "contract_no repayment_no principal interest penalty paid_on",
    "refunds": "contract_no refund_no amount paid_on cause to",
    "notices": "contract_no kind sent_on",
    "needs": "need_no household_no amount use raised_on state",
    "repayment-plans": "contract_no agreed_on instalments",
    "payments": "payment_no county bank contract_no period_start period_end amount paid_on",
    "products": "product_code liabilities.1.kind liabilities.1.basis liabilities.1.sum "
    "liabilities.1.shared_by_household",
    "policies": "policy_no product_code valid_from valid_to covered.1.name covered.1.id_number",
    "incidents": "incident_no id_number name kind on",
    "claims": "claim_no policy_no id_number kind incident_on reported_on",
    "claim-status-changes": "claim_no version state on",
}
IDENTITY = {
    "ratings": ("id_number", "rated_on"),
    "interest-lines": ("contract_no", "line_no"),
    "repayments": ("contract_no", "repayment_no"),
    "refunds": ("contract_no", "refund_no"),
    "notices": ("contract_no", "kind", "sent_on"),
    "repayment-plans": ("contract_no", "agreed_on"),
    "claim-status-changes": ("claim_no", "version"),
    "contracts": ("contract_no", "source_version"),
    "households": ("household_no", "as_at"),
}


@pytest.mark.parametrize("resource", sorted(REQUIRED))
def test_rows_carry_what_fields_md_requires_and_their_own_number(
    records: Records, resource: str
) -> None:
    required = REQUIRED[resource].split()
    seen = set()
    for push, row in records.rows(resource):
        missing = [name for name in required if row.get(name) in (None, "")]
        assert not missing or missing == ["statuses"]
        identity = IDENTITY.get(resource, (required[0],))
        name = (push["agency"], *(row[one] for one in identity))
        assert name not in seen
        seen.add(name)
    assert seen


def test_balances_are_principal_less_repayments(records: Records) -> None:
    for loan in records.loans.values():
        for row in loan.rows:
            assert Decimal(row["balance"]) == loan.outstanding(day(row["as_at"]))
            assert row["signed_on"] <= row["as_at"]


def test_clean_poverty_loans_cost_their_rate_and_no_more_than_policy_allows(
    records: Records, key: dict[str, Row]
) -> None:
    judge = Judge(records, date(2019, 5, 28))
    planted = set(key["by-the-day"]["expect"]["not_met"]["LOAN-30"])
    dear = set(key["plan-day LOAN-14"]["expect"]["not_met"]["LOAN-14"])
    for name, loan in records.loans.items():
        if loan.product == "POVERTY_MICRO":
            allowed = judge.policy_rate(name.split("/")[0], loan)
            assert (Decimal(loan.annual_rate) <= allowed) == (name not in dear)
            assert (judge.loan_30(loan) > 0) == (name in planted)


def test_control_totals_are_those_of_the_files(records: Records) -> None:
    for push in records.pushes:
        if "control_total" in push:
            name = "principal" if push["resource"] == "contracts" else "amount"
            rows = [row for one, row in records.rows(push["resource"]) if one is push]
            assert sum((Decimal(row[name]) for row in rows), Z) == Decimal(push["control_total"])


def test_divisions_say_what_they_are_and_nothing_of_what_they_do_not_know() -> None:
    assert divisions.names()["230231000000"] == "拜泉县"
    assert divisions.level("230231000000") == "county"
    assert divisions.level("230100000000") == "prefecture"
    assert divisions.level("990000000000") is None
    assert divisions.village_code("黑龙江省", "齐齐哈尔市", "拜泉县", "拜泉镇", "无此村") is None


def test_the_generators_own_interest_agrees_with_worked_cases() -> None:
    ten, fifty = Decimal(10_000), Decimal(50_000)

    assert fen(year_month_day(ten, Decimal("0.0375"), date(2018, 1, 1), date(2019, 1, 1))) == 375
    assert (
        str(fen(by_the_day(ten, Decimal("0.0375"), date(2018, 1, 1), date(2019, 1, 1)))) == "380.21"
    )
    assert str(
        fen(year_month_day(fifty, Decimal("0.0435"), date(2019, 1, 31), date(2019, 3, 30)))
    ) == ("362.50")
    assert thirty_day_count(date(2020, 2, 29), date(2021, 3, 1)) == 361
