"""Addresses of loans."""

from services.loans.routes import attestations, eligibility, pushes, watch

ROUTERS = [
    *pushes.ROUTERS,
    attestations.attested,
    eligibility.checks,
    eligibility.reservations,
    watch.followed,
]
