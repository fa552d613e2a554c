"""The rectification service as an ASGI app: what is wrong, who puts it right, by when."""

from fastapi import FastAPI

from kernel.service import Parts, create_service


def create_app(parts: Parts) -> FastAPI:
    """The service, on the parts its process gives it."""
    return create_service("rectification", parts, routers=[])
