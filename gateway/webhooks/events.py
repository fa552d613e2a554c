"""What webhooks announce in the gateway's feed."""

DISABLED = "webhook-endpoint.disabled"
"""An endpoint was disabled by the exchange: it answered 410, or took nothing for 120 hours."""
