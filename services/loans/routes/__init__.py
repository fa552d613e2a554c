"""Addresses of loans."""

from services.loans.routes import eligibility, interest, pushes

ROUTERS = [
    *pushes.ROUTERS,
    eligibility.checks,
    interest.interest,
]
