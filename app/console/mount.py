"""The page at `/`: static files, nothing fetched from outside; all it does goes through the API."""

from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.responses import FileResponse, Response
from fastapi.staticfiles import StaticFiles

FOLDER = Path(__file__).parent / "static"
OWN_FILES_ONLY = {
    "Content-Security-Policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class FreshFiles(StaticFiles):
    """Static files that a browser asks for again, so that a new version is one everywhere at once."""

    def file_response(self, *given: Any, **named: Any) -> Response:
        """Return the file, to be checked each time by its ETag."""
        response = super().file_response(*given, **named)
        response.headers["Cache-Control"] = "no-cache"
        return response


def mount_console(app: FastAPI) -> None:
    """Serve the page and its files."""
    app.mount("/console", FreshFiles(directory=FOLDER), name="console")

    @app.get("/", include_in_schema=False)
    def page() -> FileResponse:
        return FileResponse(FOLDER / "index.html", headers={**OWN_FILES_ONLY, "Cache-Control": "no-cache"})
