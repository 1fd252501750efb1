"""The first use of the matter's type by many threads at once: msgspec crashed the process when it was not prepared."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = """
import sys, threading
from pathlib import Path
from isa_docs.intake.load import load_matter
sys.setswitchinterval(1e-6)
together = threading.Barrier(12)
loaded = []
def load():
    together.wait()
    loaded.append(load_matter(Path("examples/northwind/matter.yaml")).matter.matter)
threads = [threading.Thread(target=load) for _ in range(12)]
for each in threads: each.start()
for each in threads: each.join()
print(*loaded)
"""


def test_many_threads_load_their_first_matter_at_once() -> None:
    for _ in range(3):  # one run in twelve did not crash
        done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        assert done.stdout.split() == ["northwind-isa"] * 12
