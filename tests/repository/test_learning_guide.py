"""What the learning guide quotes is what the product's own code prints."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def printed() -> str:
    done = subprocess.run(
        [sys.executable, "bench/worked_examples.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_every_quoted_line_of_output_was_printed(printed: str) -> None:
    guide = (ROOT / "docs/tutorial/learning-guide.md").read_text()
    quoted = [line for line in guide.splitlines() if "  p95 " in line and " -> " in line]
    assert len(quoted) > 15
    assert [line for line in quoted if line not in printed] == []


def test_the_figures_of_the_why_pages_are_measured_again() -> None:
    done = subprocess.run(
        [sys.executable, "bench/why.py"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    rows = {" ".join(line.split()) for line in done.stdout.splitlines()}
    for row in (
        "p95-not-mean 10 % of probes late mean 0.5908 ms",
        "p95-not-mean 10 % of probes late p95 3.217 ms",
        "uneven-steps -50 / +10 (classic) periods above target 16.67 %",
        "uneven-steps -99 / +1 (classic_repaired) periods above target 1 %",
        "window 60 s window (classic) periods that read a 5 s spike as congestion 12",
        "window 5 s, own polls periods that read a 5 s spike as congestion 1",
        "without-data assume 0.50 ms (classic) raised while blind by 170 Mbit/s",
        "without-data ladder (default) raised while blind by 0 Mbit/s",
    ):
        assert row in rows
