"""The generated Python client, used: a household, a contract, a question, a feed.

Run by `make test-clients` where the client was generated; prints a line for each thing that works.
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID, uuid4

from jinqiao_client import AuthenticatedClient, Client
from jinqiao_client.api.contracts import list_contracts, push_contract
from jinqiao_client.api.eligibility import check_eligibility
from jinqiao_client.api.households import list_households, push_household
from jinqiao_client.api.sharing import read_registry_feed
from jinqiao_client.api.tokens import issue_token
from jinqiao_client.models import (
    ContractAnswer,
    ContractIn,
    EligibilityIn,
    EligibilityOut,
    HouseholdAnswer,
    HouseholdIn,
    IssueTokenBody,
    Problem,
    Token,
)

Answer = TypeVar("Answer")


def signed_in(folder: Path, name: str) -> AuthenticatedClient:
    """The client of this agency, with a token."""
    found = json.loads((folder / f"{name}.json").read_text())
    form = IssueTokenBody.from_dict(
        {
            "grant_type": "client_credentials",
            "client_id": found["client_id"],
            "client_secret": found["client_secret"],
        }
    )
    with Client(base_url=found["address"]) as anyone:
        token = expect(Token, issue_token.sync(client=anyone, body=form))
    return AuthenticatedClient(base_url=found["address"], token=token.access_token)


def expect(kind: type[Answer], answer: Any) -> Answer:
    """The answer if it is of this kind; raises with the problem's detail if not."""
    if not isinstance(answer, kind):
        raise SystemExit(answer.detail if isinstance(answer, Problem) else repr(answer))
    return answer


async def read_back(bank: AuthenticatedClient, contract_no: str) -> int:
    """How many contracts of this number the bank sees, asked asynchronously."""
    async with bank as client:
        page = await list_contracts.asyncio(client=client, contract_no=contract_no)
    return len(page.items) if page and not isinstance(page, Problem) else 0


def asked(bank: AuthenticatedClient, question: EligibilityIn, event: UUID) -> Any:
    """The answer as soon as loans has heard of this write: 503 says not yet."""
    key = str(uuid4())
    for _ in range(10):
        answer = check_eligibility.sync_detailed(
            client=bank, body=question, after_event=event, idempotency_key=key
        )
        if answer.status_code != 503:
            break
    return answer.parsed


def main(folder: Path, rows: dict[str, Any]) -> None:
    """Play the afternoon."""
    office, bank = signed_in(folder, "office"), signed_in(folder, "bank")
    household = HouseholdIn.from_dict(rows["household"])
    pushed = push_household.sync_detailed(client=office, body=household)
    print("household", expect(HouseholdAnswer, pushed.parsed).outcome)
    seen = list_households.sync(client=office, household_no=household.household_no)
    assert seen is not None
    assert len(seen.items) == 1
    question = EligibilityIn.from_dict(rows["question"])
    told = expect(EligibilityOut, asked(bank, question, UUID(pushed.headers["Event-Id"])))
    print("eligibility", told.verdict, len(told.conditions), "conditions")
    contract = ContractIn.from_dict(rows["contract"])
    lent = expect(ContractAnswer, push_contract.sync(client=bank, body=contract))
    print("contract", lent.outcome)
    again = expect(ContractAnswer, push_contract.sync(client=bank, body=contract))
    assert again.outcome == "unchanged"
    feed = read_registry_feed.sync_detailed(client=office, after=0)
    assert feed.status_code == 200, feed.content
    print("feed", len(json.loads(feed.content)["items"]), "events")
    assert asyncio.run(read_back(bank, contract.contract_no)) == 1
    print("asynchronously too")


if __name__ == "__main__":
    main(Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text()))
