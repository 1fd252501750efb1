"""The docket over a folder of matters, against reading each matter in full: ``python -m bench.docket``."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter, process_time

from isa_docs.intake.load import load_matter
from isa_docs.intake.quick import quick_matter
from isa_docs.resources import folder


def main() -> None:
    """Print CPU milliseconds a matter, both ways, their ratio, and the seconds of the whole command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--matters", type=int, default=5000)
    count = parser.parse_args().matters
    text = (folder("examples") / "northwind" / "matter.yaml").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as place:
        files = []
        for number in range(count):
            file = Path(place) / f"{number // 100:03d}" / f"matter-{number}.yaml"
            file.parent.mkdir(exist_ok=True)
            file.write_text(text.replace("northwind-isa", f"matter-{number}"), encoding="utf-8")
            files.append(file)
        sample = files[:100]
        quick_matter(sample[0])
        load_matter(sample[0])
        began = process_time()
        for file in sample:
            quick_matter(file)
        quick = process_time() - began
        began = process_time()
        for file in sample:
            load_matter(file)
        full = process_time() - began
        began = perf_counter()
        command = [sys.executable, "-m", "isa_docs", "docket", place, "--as-of", "2014-12-01", "--json"]
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        whole = perf_counter() - began
    print(f"short reader {quick * 10:.2f} ms a matter, full reader {full * 10:.2f} ms: {quick / full:.2f} x")
    print(f"docket of {count:,} matters: {whole:.1f} s")


if __name__ == "__main__":
    main()
