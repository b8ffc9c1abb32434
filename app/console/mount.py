"""The page at `/`: static files, nothing fetched from outside; all it does goes through the API."""

from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles

FOLDER = Path(__file__).parent / "static"


def mount_console(app: FastAPI) -> None:
    """Serve the page and its files."""
    app.mount("/console", StaticFiles(directory=FOLDER), name="console")

    @app.get("/", include_in_schema=False)
    def page() -> FileResponse:
        return FileResponse(FOLDER / "index.html")
