"""The documentation page: Swagger UI from a package's files, because officials have no internet."""

from importlib.util import find_spec
from pathlib import Path

from fastapi import APIRouter
from starlette.responses import FileResponse, HTMLResponse, Response

from kernel.problems import NotFound

_PAGE = """\
<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>金桥 Jinqiao</title>
<link rel="icon" href="/docs/favicon.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="docs"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""

_START = """\
SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  docExpansion: "none",
  filter: true,
  validatorUrl: null,
});
"""

# Swagger UI sets styles from its script. All else must come from a file of this very address.
_POLICY = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; connect-src 'self'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'none'"
}

_FILES = ("swagger-ui-bundle.js", "swagger-ui.css", "favicon.png")


def docs_routes() -> APIRouter:
    """`/docs`, with everything it needs from this very address."""
    router = APIRouter(include_in_schema=False)
    folder = _folder()

    @router.get("/docs")
    async def read_docs() -> HTMLResponse:
        return HTMLResponse(_PAGE, headers=_POLICY)

    @router.get("/docs/start.js")
    async def read_start() -> Response:
        return Response(_START, media_type="text/javascript")

    @router.get("/docs/{name}")
    async def read_file(name: str) -> FileResponse:
        if name not in _FILES:
            raise NotFound
        return FileResponse(folder / name)

    return router


def _folder() -> Path:
    """Where the package keeps its files; it need not be imported for that."""
    spec = find_spec("fastapi_offline")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "static"
