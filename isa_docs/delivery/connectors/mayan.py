"""Mayan EDMS (tried with 4.12.2): documents of one type ask for a build by their workflow state.

``isa-docs dms bootstrap mayan`` makes the types, the metadata and the workflow; the service needs a user of its own
with rights on the two document types only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from isa_docs.delivery.connectors.model import ConnectorError, DocumentGoneError
from isa_docs.delivery.connectors.rest import Rest, understanding
from isa_docs.delivery.jobs.model import JobState

INTAKE_TYPE, PACKAGE_TYPE = "ISA matter", "ISA package"
WORKFLOW = "isa_docs"
REQUESTED = "Build requested"
OUTCOMES = {
    JobState.FILED: "Filed",
    JobState.NEEDS_CORRECTION: "Needs correction",
    JobState.FAILED: "Failed",
    JobState.CANCELED: "Failed",
}
METADATA = {
    "isa_job": "ISA job",
    "isa_status": "ISA status",
    "isa_submission": "ISA submission",
    "isa_package_sha256": "ISA package SHA-256",
    "isa_package_id": "ISA package id",
}
_LONGEST = 200


class Mayan:
    """A Mayan EDMS at ``url`` (without ``/api``), entered with the token of the service's user."""

    def __init__(self, url: str, token: str) -> None:
        self._rest = Rest(url.rstrip("/") + "/api/v4", {"Authorization": f"Token {token}"})

    @cached_property
    def _types(self) -> dict[str, int]:
        return self._ids("/document_types/", "label", (PACKAGE_TYPE,))

    @cached_property
    def _workflow(self) -> int:
        for each in self._rest.all("/workflow_templates/"):
            if each["internal_name"] == WORKFLOW:
                return int(each["id"])
        raise ConnectorError("the DMS has no workflow 'isa_docs'; run: isa-docs dms bootstrap mayan")

    @cached_property
    def _states(self) -> dict[str, int]:
        return self._ids(f"/workflow_templates/{self._workflow}/states/", "label", (REQUESTED,))

    @cached_property
    def _metadata(self) -> dict[str, int]:
        return self._ids("/metadata_types/", "name", METADATA)

    def _ids(self, path: str, name: str, needed: Iterable[str]) -> dict[str, int]:
        """Return the ids of a list by name; raises ConnectorError when something that bootstrap makes is missing."""
        found = {each[name]: each["id"] for each in self._rest.all(path)}
        for each in needed:
            if each not in found:
                raise ConnectorError(f"the DMS has no '{each}'; run: isa-docs dms bootstrap mayan")
        return found

    @understanding()
    def list_ready(self) -> list[str]:
        """Return the ids of the documents in the state *Build requested*."""
        path = f"/workflow_templates/{self._workflow}/states/{self._states[REQUESTED]}/documents/"
        return [str(each["id"]) for each in self._rest.all(path)]

    def is_ready(self, document: str) -> bool:
        """Say whether the document's workflow stands at *Build requested*."""
        if not document.isdigit():
            return False
        try:
            instance = self._instance(document)
        except DocumentGoneError:
            return False
        return bool(instance) and (instance["current_state"] or {}).get("label") == REQUESTED

    def fetch(self, document: str) -> dict[str, bytes]:
        """Return the document's newest file by its name."""
        files = self._rest.all(f"/documents/{document}/files/")
        if not files:
            raise ConnectorError("the document has no file yet")
        newest = max(files, key=lambda each: int(each["id"]))
        name = Path(str(newest["filename"])).name
        return {name: self._content(document, newest["id"])}

    def claim(self, document: str, job: str) -> None:
        """Write job and status into the document's metadata; the workflow stays where it is until the end."""
        self.describe(document, {"isa_job": job, "isa_status": str(JobState.BUILDING)})

    def find(self, label: str) -> list[str]:
        """Return the ids of the packages with this label, oldest first."""
        path = f"/document_types/{self._types[PACKAGE_TYPE]}/documents/"
        found = [int(each["id"]) for each in self._rest.all(path, _ordering="-id") if each["label"] == label]
        return [str(each) for each in sorted(found)]

    def create(self, label: str) -> str:
        """Make an empty document of the package type; return its id."""
        data = {"document_type_id": self._types[PACKAGE_TYPE], "label": label}
        return str(self._rest.data("POST", "/documents/", json=data)["id"])

    def attach(self, filed: str, file: Path) -> None:
        """Upload the package as a file of the document."""
        with file.open("rb") as stream:
            self._rest.ask(
                "POST",
                f"/documents/{filed}/files/",
                data={"action_name": "replace", "filename": file.name},
                files={"file_new": (file.name, stream, "application/pdf")},
            )

    def fingerprint(self, filed: str) -> str:
        """Download the newest file of the document; return its SHA-256, or an empty string without a file."""
        files = self._rest.all(f"/documents/{filed}/files/")
        if not files:
            return ""
        newest = max(files, key=lambda each: int(each["id"]))
        return hashlib.sha256(self._content(filed, newest["id"])).hexdigest()

    def describe(self, filed: str, facts: Mapping[str, str]) -> None:
        """Add or change the metadata values of a document."""
        path = f"/documents/{filed}/metadata/"
        there = {each["metadata_type"]["name"]: each for each in self._rest.all(path)}
        for name, value in facts.items():
            value = value[:_LONGEST]
            if name not in there:
                self._rest.ask("POST", path, json={"metadata_type_id": self._metadata[name], "value": value})
            elif there[name]["value"] != value:
                self._rest.ask("PATCH", f"{path}{there[name]['id']}/", json={"value": value})

    def discard(self, filed: str) -> None:
        """Move a package that was filed twice to Mayan's trash."""
        self._rest.ask("DELETE", f"/documents/{filed}/")

    def set_status(self, document: str, state: JobState, text: str, facts: Mapping[str, str]) -> None:
        """Write the metadata, and move the workflow on with the text as its comment if it still waits for us."""
        self.describe(document, {name: value for name, value in facts.items() if name in METADATA})
        instance = self._instance(document)
        if state not in OUTCOMES or not instance or (instance["current_state"] or {}).get("label") != REQUESTED:
            return
        path = f"/documents/{document}/workflow_instances/{instance['id']}/log_entries/"
        wanted = f"Report: {OUTCOMES[state]}"
        for each in self._rest.all(f"{path}transitions/"):
            if each["label"] == wanted:
                self._rest.ask("POST", path, json={"transition_id": each["id"], "comment": text})
                return
        raise ConnectorError(f"the workflow offers no transition '{wanted}'")

    def _instance(self, document: str) -> dict[str, Any]:
        for each in self._rest.all(f"/documents/{document}/workflow_instances/"):
            if each["workflow_template"]["id"] == self._workflow:
                return each
        return {}

    def _content(self, document: str, file: int) -> bytes:
        answer = self._rest.ask("GET", f"/documents/{document}/files/{file}/download/", headers={"Accept": "*/*"})
        return answer.content


@understanding()
def bootstrap(url: str, token: str) -> list[str]:
    """Make what is missing of the document types, the metadata and the workflow; return what was made.

    Needs an administrator's token. May be run again at any time.
    """
    rest = Rest(url.rstrip("/") + "/api/v4", {"Authorization": f"Token {token}"})
    made: list[str] = []

    def ensure(path: str, name: str, value: str, body: dict[str, Any], what: str) -> dict[str, Any]:
        for each in rest.all(path):
            if each[name] == value:
                return each
        made.append(what)
        return rest.data("POST", path, json={name: value} | body)

    types = {each: ensure("/document_types/", "label", each, {}, f"document type {each}") for each in _TYPES}
    for name, label in METADATA.items():
        kind = ensure("/metadata_types/", "name", name, {"label": label}, f"metadata {name}")
        for owner in types.values():
            path = f"/document_types/{owner['id']}/metadata_types/"
            if not any(each["metadata_type"]["id"] == kind["id"] for each in rest.all(path)):
                rest.ask("POST", path, json={"metadata_type_id": kind["id"], "required": False})
                made.append(f"metadata {name} on {owner['label']}")
    flow = ensure(
        "/workflow_templates/", "internal_name", WORKFLOW, {"label": "ISA packages", "auto_launch": True}, "workflow"
    )
    path = f"/workflow_templates/{flow['id']}"
    if not any(each["label"] == INTAKE_TYPE for each in rest.all(f"{path}/document_types/")):
        rest.ask("POST", f"{path}/document_types/add/", json={"document_type_id": types[INTAKE_TYPE]["id"]})
    ends = list(dict.fromkeys(OUTCOMES.values()))
    states = {}
    for number, label in enumerate(["Intake", REQUESTED, *ends]):
        body = {"initial": number == 0, "completion": number * 20}
        states[label] = ensure(f"{path}/states/", "label", label, body, f"state {label}")["id"]
    moves = [("Request build", "Intake", REQUESTED)]
    moves += [(f"Report: {end}", REQUESTED, end) for end in ends]
    moves += [(f"Request again ({end})", end, REQUESTED) for end in ends]
    for label, origin, target in moves:
        body = {"origin_state_id": states[origin], "destination_state_id": states[target]}
        ensure(f"{path}/transitions/", "label", label, body, f"transition {label}")
    return made


_TYPES = (INTAKE_TYPE, PACKAGE_TYPE)
