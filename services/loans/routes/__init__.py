"""Addresses of loans."""

from services.loans.routes import attestations, eligibility, interest, pushes, watch

ROUTERS = [
    *pushes.ROUTERS,
    attestations.attested,
    eligibility.checks,
    eligibility.reservations,
    watch.followed,
    interest.interest,
]
