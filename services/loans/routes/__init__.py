"""Addresses of loans."""

from services.loans.routes import attestations, eligibility, pushes

ROUTERS = [*pushes.ROUTERS, attestations.attested, eligibility.checks]
