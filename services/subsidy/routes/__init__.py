"""Addresses of the subsidy service."""

from services.subsidy.routes import budgets, claims, matches, pushes

ROUTERS = [*pushes.ROUTERS, claims.acts, budgets.budgets, matches.matches]
