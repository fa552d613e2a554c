"""The insurance service as an ASGI app: who is covered, what happened, what was paid."""

from fastapi import FastAPI

from kernel.service import Parts, create_service


def create_app(parts: Parts) -> FastAPI:
    """The service, on the parts its process gives it."""
    return create_service("insurance", parts, routers=[])
