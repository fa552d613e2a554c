"""Screenings: asked for, judged by the services that own the rows, never changed."""

import asyncio
from collections.abc import Callable

from anyio.from_thread import BlockingPortal

from jinqiao.exchange import Exchange
from kernel.ids import new_id
from services.rectification.projections import close_screenings, keep_findings
from tests import story
from tests.rectification.builders import COUNTY, PROVINCE, a_contract, a_finding, a_household
from tests.rectification.conftest import Findings, Screen
from tests.rectification.test_samples import a_sample
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
Drain = Callable[[], None]
SCREENINGS = "/v1/rectification/screenings"
BUILDS = {"purpose": "HOUSE_BUILDING"}


def test_a_supervisor_finds_what_was_acknowledged_before_he_asked(
    visit: Visit, drain: Drain
) -> None:
    supervisor = visit("supervisor", divisions=[PROVINCE])
    bank = visit("bank", divisions=[COUNTY])
    assert a_contract(bank, **BUILDS).status_code == 201

    asked = supervisor.post(
        SCREENINGS, json={"business_date": "2018-06-30", "rules": ["LOAN-12", "LOAN-12"]}
    )
    of_run = {"screening": asked.json()["screening_id"]}
    before = supervisor.get("/v1/rectification/findings", params=of_run).json()
    drain()
    judged = supervisor.get(asked.headers["Location"]).json()
    after = supervisor.get("/v1/rectification/findings", params=of_run).json()

    assert asked.status_code == 202
    assert asked.json()["state"] == "requested"
    assert asked.json()["rules"] == ["LOAN-12"]
    assert asked.json()["counts"] is None
    assert asked.headers["Location"] == f"{SCREENINGS}/{asked.json()['screening_id']}"
    assert before == {"items": [], "next_after": None, "state": "requested"}
    assert judged["state"] == "judged"
    assert judged["judged_at"] > judged["requested_at"]
    assert judged["counts"] == {"LOAN-12": {"not_met": 1}}
    assert set(judged["positions"]) == {"gateway", "registry", "loans", "subsidy", "insurance"}
    assert judged["positions"]["loans"] == 1
    assert judged["positions"]["gateway"] >= 2, "both agencies were recorded before"
    assert after["state"] == "judged"
    assert [finding["rule_id"] for finding in after["items"]] == ["LOAN-12"]


def test_a_supervisors_run_never_changes(
    visit: Visit, screen: Screen, findings: Findings, drain: Drain
) -> None:
    supervisor = visit("supervisor", divisions=[PROVINCE])
    bank = visit("bank", divisions=[COUNTY])
    a_contract(bank, **BUILDS)
    first = screen(supervisor, rules=["LOAN-12"])
    found = findings(supervisor, screening=first["screening_id"])

    a_contract(bank, source_version=2)
    a_contract(bank, "C-2", **BUILDS)
    second = screen(supervisor, rules=["LOAN-12"])

    assert supervisor.get(f"{SCREENINGS}/{first['screening_id']}").json() == first
    assert findings(supervisor, screening=first["screening_id"]) == found
    assert [finding["contract_no"] for finding in found] == ["C-1"]
    of_second = findings(supervisor, screening=second["screening_id"])
    assert [finding["contract_no"] for finding in of_second] == ["C-2"]
    assert supervisor.get(SCREENINGS).json()["items"] == [first, second]


def test_a_supervisor_judges_a_sample_only(
    visit: Visit, screen: Screen, findings: Findings
) -> None:
    supervisor = visit("supervisor", divisions=[PROVINCE])
    bank, other = visit("bank", divisions=[COUNTY]), visit("bank", divisions=[COUNTY])
    for lender, contract_no in ((bank, "C-1"), (bank, "C-2"), (other, "C-1")):
        a_contract(lender, contract_no, **BUILDS)
    drawn = [{"bank": bank.agency, "contract_no": "C-1"}]
    supervisor.post("/v1/rectification/samples", json=a_sample(contract_nos=drawn))

    of_sample = screen(supervisor, rules=["LOAN-12"], sample="抽查109")
    of_all = screen(supervisor, rules=["LOAN-12"])
    of_bank = screen(supervisor, rules=["LOAN-12"], agency=other.agency)
    in_sample = findings(supervisor, screening=of_all["screening_id"], sample="抽查109")
    unknown = supervisor.get("/v1/rectification/findings", params={"sample": "抽查110"})

    assert of_sample["counts"] == {"LOAN-12": {"not_met": 1}}
    assert of_all["counts"] == {"LOAN-12": {"not_met": 3}}
    assert of_bank["counts"] == {"LOAN-12": {"not_met": 1}}
    assert [(one["agency"], one["contract_no"]) for one in in_sample] == [(bank.agency, "C-1")]
    assert unknown.status_code == 404
    assert unknown.json()["code"] == "unknown-sample"


def test_an_offices_scope_is_what_it_serves_narrowed_by_what_it_asks(
    visit: Visit, screen: Screen
) -> None:
    office = visit("poverty_office", divisions=["231283", "231222"])
    bank = visit("bank", divisions=[PROVINCE])
    for number, branch in enumerate(("231283101", "231222", "231223")):
        a_contract(bank, f"C-{number}", branch_division=branch, **BUILDS)

    def counted(**asked: str) -> int:
        run = screen(office, rules=["LOAN-12"], **asked)
        return sum(run["counts"].get("LOAN-12", {}).values())

    assert counted() == 2
    assert counted(division="2312" + "00") == 2
    assert counted(division="231283") == 1
    assert counted(division="231283102") == 0
    outside = {"business_date": "2018-06-30", "division": "231223"}
    refused = office.post(SCREENINGS, json=outside)
    assert refused.status_code == 403
    assert refused.json()["code"] == "not-your-division"


def test_a_supervisor_is_told_what_is_unknown_in_his_question(visit: Visit) -> None:
    supervisor = visit("supervisor", divisions=[PROVINCE])

    def refused(**asked: object) -> tuple[int, list[str]]:
        answer = supervisor.post(SCREENINGS, json={"business_date": "2018-06-30", **asked})
        return answer.status_code, [fault["pointer"] for fault in answer.json()["errors"]]

    assert refused(rules=["LOAN-02", "LOAN-99"]) == (422, ["/rules/1"])
    assert refused(sample="没有") == (422, ["/sample"])
    assert refused(division="23") == (422, ["/division"])
    for day in ("2018-02-30", "0001-01-01", "1949-09-30", "2200-01-01", "9999-12-31"):
        assert refused(business_date=day) == (422, ["/business_date"])
    assert refused(bank="RCU") == (422, ["/bank"])


def test_an_office_sees_its_runs_and_those_within_its_divisions(
    visit: Visit, screen: Screen
) -> None:
    supervisor = visit("supervisor", divisions=[PROVINCE])
    office = visit("poverty_office", divisions=["231283"])
    wide, narrow = screen(supervisor), screen(supervisor, division="231283101")
    own = screen(office)

    def seen_by(visitor: Visitor) -> list[str]:
        listed = visitor.get(SCREENINGS).json()["items"]
        return [run["screening_id"] for run in listed]

    ids = [run["screening_id"] for run in (wide, narrow, own)]
    assert seen_by(supervisor) == ids
    assert seen_by(office) == ids[1:]
    assert seen_by(visit("poverty_office", divisions=["231222"])) == []
    assert office.get(f"{SCREENINGS}/{ids[0]}").status_code == 404


def test_banks_insurers_and_bureaus_do_not_ask_for_screenings(visit: Visit) -> None:
    for role in ("bank", "insurer", "finance_bureau", "operator", "auditor"):
        visitor = visit(role, divisions=[COUNTY])
        asked = visitor.post(SCREENINGS, json={"business_date": "2018-06-30"})
        assert asked.status_code == 403
        assert visitor.get(SCREENINGS).status_code == 403


def test_a_supervisors_run_waits_for_every_judge(
    visit: Visit, portal: BlockingPortal, exchange: Exchange, findings: Findings
) -> None:
    """However often each of them is heard; until then its findings are in nobody's view."""
    supervisor = visit("supervisor", divisions=[PROVINCE])
    run = supervisor.post(SCREENINGS, json={"business_date": "2018-06-30"})
    answer = {"data": {"screening_id": run.json()["screening_id"]}}
    finding = {"id": str(new_id()), "data": a_finding(run.json()["screening_id"])}

    async def tell(service: str) -> None:
        async with exchange.services["rectification"].database.begin() as session:
            await keep_findings(service, session, [finding, finding])
            await close_screenings(service, session, [answer, answer])

    seen = []
    for service in ("loans", "loans", "subsidy", "registry", "insurance", "insurance"):
        portal.call(tell, service)
        state = supervisor.get(run.headers["Location"]).json()["state"]
        by_id = supervisor.get(f"/v1/rectification/findings/{finding['id']}")
        seen.append((state, len(findings(supervisor)), by_id.status_code))

    assert seen == [("requested", 0, 404)] * 4 + [("judged", 1, 200)] * 2


def test_a_supervisors_run_is_closed_though_its_last_answers_cross(
    visit: Visit, portal: BlockingPortal, exchange: Exchange
) -> None:
    supervisor = visit("supervisor", divisions=[PROVINCE])
    run = supervisor.post(SCREENINGS, json={"business_date": "2018-06-30"})
    event = {"data": {"screening_id": run.json()["screening_id"]}}

    async def tell(service: str) -> None:
        async with exchange.services["rectification"].database.begin() as session:
            await close_screenings(service, session, [event])

    async def cross() -> None:
        await tell("loans")
        await tell("registry")
        async with exchange.services["rectification"].database.begin() as session:
            await close_screenings("subsidy", session, [event])
            crossing = asyncio.create_task(tell("insurance"))
            await asyncio.wait({crossing}, timeout=0.5)
        await crossing

    portal.call(cross)

    assert supervisor.get(run.headers["Location"]).json()["state"] == "judged"


def test_a_supervisors_run_is_judged_though_facts_lie_at_the_ends_of_the_calendar(
    visit: Visit, drain: Drain
) -> None:
    supervisor, office = visit("supervisor"), visit("poverty_office")
    bank, insurer = visit("bank"), visit("insurer")
    ends = ("0001-01-01", "9999-12-31")
    people = [story.a_person() for _ in ends]
    story.push(office, "households", story.a_household(*people))
    drain()
    loans = [
        story.a_contract(person, applied_on=day) for person, day in zip(people, ends, strict=True)
    ]
    cover = [{"name": person.name, "id_number": person.id_number} for person in people]
    policy = {"policy_no": "P1", "product_code": "FP", "covered": cover}
    policy |= dict(zip(("valid_from", "valid_to"), ends, strict=True))
    incident = {"incident_no": "I1", "kind": "ACCIDENT_MEDICAL", "on": ends[0], **cover[0]}
    claim = {"claim_no": "C1", "policy_no": "P1", "id_number": cover[1]["id_number"]}
    claim |= {"kind": "ACCIDENT_MEDICAL", "incident_on": ends[0], "reported_on": ends[0]}

    story.push(bank, "contracts", *loans)
    story.push(insurer, "policies", policy)
    story.push(office, "incidents", incident)
    story.push(insurer, "claims", claim)
    found = story.screened(supervisor, drain, "2019-06-01")

    assert [found.verdict("LOAN-03", loan) for loan in loans] == ["not_met"] * 2
    assert found.verdict("INS-03", claim) == "undetermined"


def test_an_office_whose_borrower_is_known_by_another_name_is_told_undetermined(
    visit: Visit, screen: Screen, findings: Findings
) -> None:
    office = visit("poverty_office", divisions=[COUNTY])
    bank = visit("bank", divisions=[COUNTY])
    a_household(office, name="李示例")
    a_contract(bank)

    run = screen(office, rules=["LOAN-01"])

    assert run["counts"] == {"LOAN-01": {"undetermined": 1}}
    [finding] = findings(office, screening=run["screening_id"], verdict="undetermined")
    assert finding["figures"]["name_fits"] is False
