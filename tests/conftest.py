"""What holds for every test."""

import os
from collections.abc import Generator

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With NETKEEL_REQUIRE=all a skip of any kind is a failure."""
    report = yield
    required = "all" in os.environ.get("NETKEEL_REQUIRE", "").split(",")
    if required and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped although NETKEEL_REQUIRE=all: {report.longrepr}"
    return report
