"""Addresses of loans."""

from services.loans.routes import attestations, eligibility, interest, pushes, voiding, watch

ROUTERS = [
    *pushes.ROUTERS,
    voiding.voiding,
    attestations.attested,
    eligibility.checks,
    eligibility.reservations,
    watch.followed,
    interest.interest,
]
