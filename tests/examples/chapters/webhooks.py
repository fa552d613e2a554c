"""An operator approves a host, and a bank is told of news there."""

from kernel import clock
from tests.examples.teller import Teller

URL = "https://hooks.example.cn/jinqiao"


def be_told(teller: Teller) -> None:
    """From the approval to the endpoint's end. Nothing leaves: whatever is due waits."""
    approved = {"agency": "RCU230231", "host": "hooks.example.cn", "cidrs": ["10.23.4.0/24"]}
    host = teller.ask("approve_webhook_host", "operator", body=approved)["host"]["host_id"]
    teller.ask("list_webhook_hosts", "bank", query={"host": "hooks.example.cn"})
    teller.ask("read_webhook_host", "bank", host_id=host)
    asked = {"url": URL, "types": ["household.recorded", "item.acted"], "description": "核心系统"}
    made = teller.ask("add_webhook_endpoint", "bank", body=asked)["endpoint"]
    where = {"endpoint_id": made["endpoint_id"]}
    teller.ask("list_webhook_endpoints", "bank", query={"limit": 50})
    teller.ask("read_webhook_endpoint", "bank", **where)
    more = asked | {"types": ["household.recorded", "item.acted", "need.recorded"]}
    at = {"If-Match": '"1"'}
    teller.ask("change_webhook_endpoint", "bank", body=more, headers=at, **where)
    teller.ask("rotate_webhook_key", "bank", **where)
    kind = {"type": "household.recorded"}
    sent = teller.ask("send_webhook_example", "bank", query=kind, **where)
    query = {"endpoint_id": made["endpoint_id"], "limit": 50}
    teller.ask("list_webhook_deliveries", "bank", query=query)
    teller.ask("read_webhook_delivery", "bank", delivery_id=sent["delivery_id"])
    teller.ask("resend_webhook_delivery", "bank", delivery_id=sent["delivery_id"])
    since = f"{clock.now():%Y-%m-%dT%H:%M:%SZ}"
    teller.ask("recover_webhooks", "bank", body={"since": since}, **where)
    teller.ask("disable_webhook_endpoint", "bank", **where)
    teller.ask("enable_webhook_endpoint", "bank", **where)
    at = teller.answered.headers["ETag"]
    teller.ask("delete_webhook_endpoint", "bank", headers={"If-Match": at}, **where)
    teller.ask("withdraw_webhook_host", "operator", host_id=host)
