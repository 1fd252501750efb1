"""The routes of builds, of what they left, and of packages that come back."""

from __future__ import annotations

import mimetypes
import tempfile
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from isa_docs.desk.builds import Asked, Builds, Job
from isa_docs.desk.exhibits import spooled
from isa_docs.desk.folder import MatterFile, MatterFolder
from isa_docs.desk.headers import attachment
from isa_docs.desk.problems import answer
from isa_docs.desk.reading import one_file, read_json
from isa_docs.desk.verifying import verify

LARGEST_RETURN = 300 * 1024 * 1024
"""Bytes of a signed package that comes back."""
_CHECKLIST_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"


def build_routes(builds: Builds, folder: MatterFolder) -> list[Route]:
    """Return the routes."""

    async def found(request: Request) -> MatterFile:
        return await run_in_threadpool(folder.find, request.path_params["matter"])

    async def ask(request: Request) -> Response:
        """Ask for a build."""
        file = await found(request)
        job = await run_in_threadpool(builds.ask, file, await read_json(request, Asked))
        return answer({"job": job.id, **_job_json(job)}, 202)

    async def standing(request: Request) -> Response:
        """Return the packages that stand."""
        return answer({"packages": await run_in_threadpool(builds.standing, await found(request))})

    async def job(request: Request) -> Response:
        """Return how a build is getting on."""
        return answer(_job_json(builds.find(request.path_params["job"])))

    async def download(request: Request) -> Response:
        """Download a file of a build; the checklist is shown."""
        path = await run_in_threadpool(builds.file, await found(request), request.path_params["file"])
        if path.name == "checklist.html":
            headers = {"Content-Security-Policy": _CHECKLIST_POLICY, "Content-Disposition": "inline"}
            return FileResponse(path, media_type="text/html; charset=utf-8", headers=headers)
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        return FileResponse(path, media_type=kind, headers={"Content-Disposition": attachment(path.name)})

    async def returned(request: Request) -> Response:
        """Verify a signed package that came back; it is not kept."""
        file = await found(request)
        with tempfile.TemporaryDirectory(prefix="isa-docs-") as work:
            async with one_file(request, LARGEST_RETURN) as upload:
                path = (await spooled(upload, Path(work))).rename(Path(work) / "returned.pdf")
            folders = await run_in_threadpool(lambda: builds.folders(folder.open(file).source))
            if which := request.headers.get("x-desk-submission"):  # in a header, because addresses hold no intake
                folders = [each for each in folders if each.name == which]
            return answer(await run_in_threadpool(verify, path, folders))

    return [
        Route("/api/matters/{matter}/build", ask, methods=["POST"]),
        Route("/api/matters/{matter}/build", standing),
        Route("/api/jobs/{job}", job),
        Route("/api/matters/{matter}/files/{file}", download),
        Route("/api/matters/{matter}/verify", returned, methods=["POST"]),
    ]


def _job_json(job: Job) -> dict[str, Any]:
    out: dict[str, Any] = {"state": job.state, "step": job.step, "matter_id": job.matter.id}
    return out | ({"result": job.result} if job.state in ("done", "failed") else {})
