"""Addresses of rectification."""

from services.rectification.routes import evidence, items, screenings

ROUTERS = [*screenings.ROUTERS, items.items, evidence.evidence]
