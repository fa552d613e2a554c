"""Addresses of rectification."""

from services.rectification.routes import (
    changes,
    evidence,
    filings,
    items,
    reports,
    screenings,
    visits,
)

ROUTERS = [
    *screenings.ROUTERS,
    items.items,
    evidence.evidence,
    visits.visits,
    filings.filings,
    changes.changes,
    reports.reports,
]
