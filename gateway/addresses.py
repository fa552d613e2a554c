"""Addresses that do not bear the name of the service that answers there."""

from collections.abc import Mapping

PUBLISHED_AT: Mapping[str, str] = {"/v1/registry/usage-queries": "/v1/audit/usage-queries"}
"""By the address at the service, where it is published."""

ANSWERED_AT: Mapping[str, str] = {published: inner for inner, published in PUBLISHED_AT.items()}
"""By the published address, which address of a service answers it."""
