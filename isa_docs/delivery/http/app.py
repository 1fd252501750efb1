"""The application: routes, who may call them, and how they answer. One process; the work is done by workers."""

# No `from __future__ import annotations` here: FastAPI reads these annotations, and they name local variables.
import base64
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header, HTTPException, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, PlainTextResponse
from starlette.datastructures import UploadFile

from isa_docs import __version__
from isa_docs.delivery.callbacks import Callbacks, NotAllowedError, check_url
from isa_docs.delivery.http.hook_routes import add_hook_routes
from isa_docs.delivery.http.hooks import Hooks
from isa_docs.delivery.http.limits import BodyLimits
from isa_docs.delivery.http.pages import status_page
from isa_docs.delivery.http.problems import PROBLEMS, RETRY_AFTER, install_problem_handlers, log_requests
from isa_docs.delivery.intake import Reception
from isa_docs.delivery.jobs.model import Job, JobState
from isa_docs.delivery.metrics import metrics_text
from isa_docs.delivery.results import HEADLINES, read_result, status
from isa_docs.delivery.settings import CallbackSettings
from isa_docs.delivery.tokens import Token, Tokens
from isa_docs.errors import InputError

_log = logging.getLogger("isa_docs.http")


@dataclass(frozen=True)
class Site:
    """What the application works with."""

    reception: Reception
    tokens: Tokens
    ready: Callable[[], dict[str, bool]]
    """Answers, for each thing a build needs, whether it is there."""
    hooks: Hooks
    callbacks: CallbackSettings
    sent: Callbacks | None = None
    most_waiting: int = 2000


def make_app(site: Site) -> FastAPI:
    """Return the application for a site."""
    app = FastAPI(
        title="isa-docs",
        version=__version__,
        summary="Builds signed-ready ISA submission packages.",
        docs_url=None,
        redoc_url=None,
    )
    install_problem_handlers(app)
    app.middleware("http")(log_requests)
    app.add_middleware(BodyLimits)
    _add_packages(app, site)
    _add_jobs(app, site)
    add_hook_routes(app, site.hooks)
    _add_operation(app, site)
    return app


def _authorized(site: Site, scope: str) -> Callable[..., Token]:
    """Return a dependency that asks for a token with ``scope``: bearer, or as the password of a browser's log-in."""

    def check(request: Request) -> Token:
        token = site.tokens.find(_secret(request.headers.get("authorization", "")))
        if token is None:
            raise HTTPException(401, "A token is needed.", headers={"WWW-Authenticate": 'Basic realm="isa-docs"'})
        if scope not in token.scopes:
            raise HTTPException(403, f"The token lacks the scope {scope}.")
        return token

    return check


def _secret(header: str) -> str:
    scheme, _, given = header.partition(" ")
    if scheme.lower() == "bearer":
        return given.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(given, validate=True).decode().partition(":")[2]
        except ValueError:
            return ""
    return ""


def _add_packages(app: FastAPI, site: Site) -> None:
    body = {
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": {"type": "object", "description": "A matter."}},
                "application/yaml": {"schema": {"type": "string", "description": "A matter in YAML."}},
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "description": "The matter and its exhibits, each file with its relative name.",
                        "properties": {"file": {"type": "array", "items": {"type": "string", "format": "binary"}}},
                    }
                },
            },
        }
    }

    @app.post("/v1/packages", status_code=202, responses=PROBLEMS, openapi_extra=body, tags=["packages"])
    async def ask_for_packages(
        request: Request,
        response: Response,
        token: Annotated[Token, Depends(_authorized(site, "packages:write"))],
        idempotency_key: Annotated[str, Header(min_length=1, max_length=255, pattern=r"^[\x21-\x7e]+$")],
        only: Annotated[list[Annotated[str, Query(max_length=100)]], Query(max_length=50)] = [],  # noqa: B006
        as_of: date | None = None,
        callback: Annotated[str, Query(max_length=2000)] = "",
    ) -> dict[str, Any]:
        """Ask for the packages of a matter. The answer comes once the job can no longer be lost."""
        if callback:
            try:
                check_url(callback, site.callbacks)
            except NotAllowedError as refused:
                raise HTTPException(422, str(refused)) from None
        await run_in_threadpool(_room, site)
        files = await _files(request)

        def submit() -> Job:
            source = f"api:{token.name}"
            return site.reception.submit(
                files, source, only=only, as_of=as_of, callback=callback, key=f"key:{idempotency_key}"
            )

        try:
            job = await run_in_threadpool(submit)
        except InputError as error:
            raise HTTPException(422, error.message) from None
        response.headers["Location"] = f"/v1/jobs/{job.key}"
        return _job_json(job, site)

    @app.get(
        "/v1/packages/{job_id}/{submission}/file",
        response_class=FileResponse,
        responses=PROBLEMS,
        tags=["packages"],
        dependencies=[Depends(_authorized(site, "packages:read"))],
    )
    def download(job_id: str, submission: str) -> FileResponse:
        """Download a finished package."""
        job = _known(site, job_id)
        for built in job.files:
            file = site.reception.folder(job) / built.file
            if built.submission == submission and file.is_file():
                headers = {"X-Content-SHA256": built.sha256}
                return FileResponse(file, media_type="application/pdf", filename=file.name, headers=headers)
        raise HTTPException(404, "There is no such package.")


async def _files(request: Request) -> dict[str, bytes]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        form = await request.form(max_files=200, max_fields=10)
        files: dict[str, bytes] = {}
        for each in form.getlist("file"):
            if isinstance(each, UploadFile) and each.filename:
                if each.filename in files:
                    raise HTTPException(422, "Two files have the same name.")
                files[each.filename] = await each.read()
        return files
    if kind in ("application/json", "application/yaml", "application/x-yaml", "text/yaml"):
        return {"matter.json" if kind == "application/json" else "matter.yaml": await request.body()}
    raise HTTPException(415, "Send application/json, application/yaml or multipart/form-data.")


def _room(site: Site) -> None:
    """Refuse work while too much waits: better than to take it and be late without a word."""
    count = site.reception.jobs.count()
    if count.get(JobState.RECEIVED, 0) + count.get(JobState.BUILDING, 0) >= site.most_waiting:
        raise HTTPException(503, "Too many jobs are waiting.", headers={"Retry-After": RETRY_AFTER})


def _add_jobs(app: FastAPI, site: Site) -> None:
    @app.get("/v1/jobs", responses=PROBLEMS, tags=["jobs"], dependencies=[Depends(_authorized(site, "jobs:read"))])
    def list_jobs(
        state: JobState | None = None,
        source: Annotated[str, Query(max_length=64, pattern=r"^[\x20-\x7e]*$")] = "",
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> dict[str, Any]:
        """List jobs, newest first."""
        jobs = site.reception.jobs.find([state] if state else [], source, limit)
        return {"jobs": [_summary(job) for job in jobs]}

    @app.get(
        "/v1/jobs/{job_id}", responses=PROBLEMS, tags=["jobs"], dependencies=[Depends(_authorized(site, "jobs:read"))]
    )
    def get_job(job_id: str) -> dict[str, Any]:
        """Return a job with everything that was found."""
        return _job_json(_known(site, job_id), site)

    @app.post(
        "/v1/jobs/{job_id}/retry",
        status_code=202,
        responses=PROBLEMS,
        tags=["jobs"],
        dependencies=[Depends(_authorized(site, "jobs:write"))],
    )
    def retry_job(job_id: str) -> dict[str, Any]:
        """Run a job again that ended without success; any other is left as it is."""
        _known(site, job_id)
        return _summary(site.reception.jobs.retry(job_id) or _known(site, job_id))

    @app.post(
        "/v1/jobs/{job_id}/cancel",
        responses=PROBLEMS,
        tags=["jobs"],
        dependencies=[Depends(_authorized(site, "jobs:write"))],
    )
    def cancel_job(job_id: str) -> dict[str, Any]:
        """Cancel a job that is not built yet; any other is left as it is."""
        _known(site, job_id)
        return _summary(site.reception.jobs.cancel(job_id) or _known(site, job_id))


def _add_operation(app: FastAPI, site: Site) -> None:
    @app.get("/healthz", tags=["operation"])
    def health() -> dict[str, str]:
        """Say that the process lives."""
        return {"status": "ok", "version": __version__}

    @app.get("/readyz", tags=["operation"], responses={503: {"description": "Something is missing"}})
    def ready() -> JSONResponse:
        """Say whether everything is there that a build needs."""
        found = site.ready()
        return JSONResponse({"ready": all(found.values()), "checks": found}, 200 if all(found.values()) else 503)

    @app.get("/metrics", tags=["operation"], response_class=PlainTextResponse)
    def metrics() -> PlainTextResponse:
        """Return counts and ages in the Prometheus format; they hold no personal data."""
        text = metrics_text(site.reception.jobs, site.sent.count("dead") if site.sent else 0, time.time())
        return PlainTextResponse(text, media_type="text/plain; version=0.0.4")

    @app.get(
        "/status",
        tags=["operation"],
        response_class=HTMLResponse,
        responses=PROBLEMS,
        dependencies=[Depends(_authorized(site, "jobs:read"))],
    )
    def status_for_people() -> HTMLResponse:
        """Show the newest jobs to people."""
        dead = site.sent.all("dead") if site.sent else []
        page = status_page(site.reception.jobs.find(limit=200), dead, time.time())
        return HTMLResponse(page, headers={"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"})


def _known(site: Site, job_id: str) -> Job:
    job = site.reception.jobs.get(job_id) if job_id.isascii() and job_id.isalnum() else None
    if job is None:
        raise HTTPException(404, "There is no such job.")
    return job


def _summary(job: Job) -> dict[str, Any]:
    return {
        "job": job.key,
        "state": str(job.state),
        "headline": HEADLINES[job.state],
        "source": job.request.source,
        "attempt": job.attempt,
        "created": job.created,
        "updated": job.updated,
        "links": {"self": f"/v1/jobs/{job.key}"},
    }


def _job_json(job: Job, site: Site) -> dict[str, Any]:
    links = {"self": f"/v1/jobs/{job.key}"}
    links |= {each.submission: f"/v1/packages/{job.key}/{each.submission}/file" for each in job.files}
    folder: Path = site.reception.folder(job)
    return _summary(job) | status(job, read_result(folder)) | {"links": links}
