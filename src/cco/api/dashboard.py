"""The built dashboard: assets that never change, a page that always may, and no page where none was built."""

from __future__ import annotations

import mimetypes
from pathlib import Path

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import FileResponse, HTMLResponse, Response

from cco.api.deps import public

PACKAGED = Path(__file__).resolve().parents[1] / "_ui"
_FOREVER = "public, max-age=31536000, immutable"
_ASK = "no-cache"

_NOT_BUILT = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Cloud Cost Optimizer</title></head>
<body style="font: 16px/1.5 system-ui, sans-serif; max-width: 36rem; margin: 15vh auto; padding: 0 1rem">
<h1 style="font-size: 1.4rem">The dashboard has not been built</h1>
<p>The API runs: see <a href="/api/v1/openapi.json">its description</a>.
To build the dashboard in a checkout:</p>
<pre style="background: #8881; padding: 1rem; border-radius: 8px">make web</pre>
<p>Then load this page again. A released wheel carries the dashboard.</p>
</body></html>
"""

for _ending, _media in ((".js", "text/javascript"), (".webmanifest", "application/manifest+json")):
    mimetypes.add_type(_media, _ending)

router = APIRouter(dependencies=[Depends(public)], include_in_schema=False)


@router.get("/{path:path}")
def page(path: str, request: Request) -> Response:
    """A file of the dashboard; any other address is a page of the dashboard, which finds its own way."""
    if path.split("/", 1)[0] in ("api", "metrics"):
        raise HTTPException(404)
    root: Path = request.app.state.dashboard
    index = root / "index.html"
    if not index.is_file():
        return HTMLResponse(
            _NOT_BUILT, status_code=200 if path == "" else 404, headers={"Cache-Control": _ASK}
        )
    if path and (file := _within(root, path)) is not None:
        hashed = path.startswith("assets/")
        return FileResponse(file, headers={"Cache-Control": _FOREVER if hashed else _ASK})
    if path.startswith("assets/") or "." in path.rsplit("/", 1)[-1]:
        raise HTTPException(404)
    return FileResponse(index, headers={"Cache-Control": _ASK})


def _within(root: Path, path: str) -> Path | None:
    if "\0" in path:
        return None
    file = (root / path).resolve()
    return file if file.is_relative_to(root.resolve()) and file.is_file() else None
