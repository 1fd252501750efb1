"""Puts the application together for a service."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import FastAPI

from isa_docs.delivery.http.app import Site, make_app
from isa_docs.delivery.http.hooks import Hook, Hooks
from isa_docs.delivery.service import Service
from isa_docs.delivery.settings import HookSettings, read_secret
from isa_docs.delivery.tokens import Tokens


def site_of(service: Service, ready: Callable[[], dict[str, bool]]) -> FastAPI:
    """Return the application of a service; ``ready`` answers ``/readyz``."""
    settings = service.settings
    hooks = Hooks({name: _hook(service, own) for name, own in settings.hooks.items()})
    site = Site(
        reception=service.reception,
        tokens=Tokens(settings.home / "tokens.json"),
        ready=ready,
        hooks=hooks,
        callbacks=settings.callbacks,
        sent=service.callbacks,
        most_waiting=settings.most_waiting,
    )
    return make_app(site)


def _hook(service: Service, own: HookSettings) -> Hook:
    return Hook(
        own.verifier,
        lambda: [read_secret(file) for file in own.secret_files],
        lambda document: service.sweeps[own.dms].look_at(document),
        lambda: service.sweeps[own.dms].look(),
    )
