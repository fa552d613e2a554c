"""Addresses of insurance."""

from services.insurance.routes import claims, cover, pushes

ROUTERS = [*pushes.ROUTERS, claims.one_claim, cover.cover, cover.suspicions]
