"""Addresses of loans."""

from services.loans.routes import eligibility, pushes

ROUTERS = [*pushes.ROUTERS, eligibility.checks, eligibility.reservations]
