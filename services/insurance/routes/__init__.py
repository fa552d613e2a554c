"""Addresses of insurance."""

from services.insurance.routes import pushes

ROUTERS = [*pushes.ROUTERS]
