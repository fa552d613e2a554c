"""Whether a process is up, and whether it can work."""

from fastapi import APIRouter

from gateway import queries
from kernel.database import Transaction


def health_routes() -> APIRouter:
    """`/healthz` and `/readyz`."""
    router = APIRouter(tags=["operation"])

    @router.get("/healthz", operation_id="read_health")
    async def read_health() -> dict[str, str]:
        """Whether the process is up."""
        return {"status": "up"}

    @router.get("/readyz", operation_id="read_readiness")
    async def read_readiness(session: Transaction) -> dict[str, str]:
        """Whether the database answers; 503 if it does not."""
        await queries.answer(session)
        return {"status": "ready"}

    return router
