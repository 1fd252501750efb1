"""The routes to which senders of triggers speak: greeted when they are set up, verified when they tell something."""

# No `from __future__ import annotations` here: FastAPI reads these annotations.
import time

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse

from isa_docs.delivery.http.hooks import Hooks, HooksFullError
from isa_docs.delivery.http.problems import PROBLEMS
from isa_docs.delivery.http.verifiers import NotUnderstoodError, NotVerifiedError, greeting


def add_hook_routes(app: FastAPI, hooks: Hooks) -> None:
    """Add the routes to which senders of triggers speak."""

    def greeted(request: Request, source: str) -> Response | None:
        if not hooks.known(source):
            raise HTTPException(404, "There is no such source.")
        headers = {name.lower(): value for name, value in request.headers.items()}
        found = greeting(hooks.kind(source), headers, request.query_params)
        if found is None:
            return None
        if len(found[0]) > 1000:
            raise HTTPException(422, "The greeting is too long.")
        return PlainTextResponse(found[0], headers=found[1])

    @app.get("/v1/hooks/{source}", response_class=PlainTextResponse, responses=PROBLEMS, tags=["hooks"])
    def greet(request: Request, source: str) -> Response:
        """Answer a sender that asks, before it sends triggers, whether somebody expects them here."""
        answer = greeted(request, source)
        if answer is None:
            raise HTTPException(400, "Triggers are sent with POST.")
        return answer

    @app.post("/v1/hooks/{source}", status_code=202, responses=PROBLEMS, tags=["hooks"])
    async def take_trigger(request: Request, source: str) -> Response:
        """Take a trigger: a hint to ask the DMS now. Whether there is work, the DMS alone decides."""
        if (answer := greeted(request, source)) is not None:
            return answer
        body = await request.body()
        headers = {name.lower(): value for name, value in request.headers.items()}
        try:
            hooks.take(source, body, headers, time.time())
        except NotVerifiedError:
            raise HTTPException(401, "The trigger could not be verified.") from None
        except NotUnderstoodError:
            raise HTTPException(400, "The trigger names no document.") from None
        except HooksFullError:
            raise HTTPException(503, "Too many triggers are waiting.", headers={"Retry-After": "5"}) from None
        return JSONResponse({"accepted": True}, 202)
