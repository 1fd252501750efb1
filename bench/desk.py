"""Previews of the desk after an edit, as a browser asks for them: ``python -m bench.desk``.

The page itself waits half a second after the last key before it asks; that pause is not in the figures.
"""

from __future__ import annotations

import argparse
import copy
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import httpx

from isa_docs.resources import folder

SUBMISSIONS = ("application", "anl-2015", "appeal-2015")


def main() -> None:
    """Print, for each submission of the example, seconds to the first preview and to one after an edit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as place:
        shutil.copytree(folder("examples") / "northwind", Path(place) / "northwind")
        command = [sys.executable, "-m", "isa_docs", "desk", place, "--port", "0", "--no-open"]
        desk = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            assert desk.stdout is not None
            address, _, key = desk.stdout.readline().strip().partition("?key=")
            with httpx.Client(base_url=address, timeout=120) as browser:
                browser.get("", params={"key": key})
                browser.headers["X-Desk-Token"] = browser.get("api/session").json()["token"]
                matter = f"api/matters/{browser.get('api/matters').json()[0]['id']}"
                document = browser.get(matter).json()["document"]
                for name in SUBMISSIONS:
                    first = _seconds(browser, matter, document, name, 0)
                    edits = [_seconds(browser, matter, document, name, number) for number in range(1, rounds + 1)]
                    print(
                        f"{name:<14} first {first:.2f} s   after an edit {median(edits):.2f} s (median of {rounds}, "
                        f"{min(edits):.2f} to {max(edits):.2f})"
                    )
        finally:
            desk.terminate()
            desk.wait(30)


def _seconds(browser: httpx.Client, matter: str, document: dict[str, Any], name: str, number: int) -> float:
    """Change the importer's telephone number, which stands in the letterhead; return seconds until page 1 is there."""
    changed = copy.deepcopy(document)
    changed["importer"]["phone"] = f"(253) 555-01{number:02d}"
    began = perf_counter()
    answer = browser.post(f"{matter}/preview", json={"document": changed, "submission": name})
    answer.raise_for_status()
    page = browser.get(f"{matter}/{answer.json()['pages'][0]['src']}")
    page.raise_for_status()
    return perf_counter() - began


if __name__ == "__main__":
    main()
