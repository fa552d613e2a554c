"""The conformance kit against an exchange that runs: every duty of every part is met."""

from jinqiao.conformance import perform
from jinqiao.partner import Partner
from jinqiao.throwaway import throwaway_exchange

PARTS = {"bank": "bank", "insurer": "insurer", "office": "poverty_office"}


def test_every_part_meets_its_duties_and_leaves_no_endpoint() -> None:
    with throwaway_exchange() as operator:
        for part, role in PARTS.items():
            agency = {"code": part, "name": part, "agency_type": role.upper()}
            operator.post("/v1/agencies", agency | {"divisions": ["230231"]})
            host = {"agency": part, "host": "localhost", "cidrs": ["127.0.0.0/8", "::1/128"]}
            operator.post("/v1/webhooks/hosts", host)
            made = operator.post("/v1/clients", {"agency": part, "role": role, "kind": "SYSTEM"})
            partner = Partner(operator.http, made["client_id"], made["client_secret"])

            results = list(perform(part, partner))

            assert [each for each in results if not each.passed] == []
            assert len(results) == 31
            assert list(partner.items("/v1/webhooks/endpoints")) == []
