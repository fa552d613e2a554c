"""The registry as an ASGI app."""

from fastapi import FastAPI

from kernel.service import Parts, create_service
from services.registry.operations import HOUSEHOLDS
from services.registry.routes import ROUTERS


def create_app(parts: Parts) -> FastAPI:
    """The registry, on the parts its process gives it."""
    return create_service("registry", parts, routers=ROUTERS, resources=[HOUSEHOLDS])
