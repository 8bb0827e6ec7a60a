"""The JSON Schema says what the checker says, as far as a schema can."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from netkeel.control.laws import law_settings
from netkeel.settings import check
from netkeel.settings.json_schema import json_schema

SOURCE = {"name": "s", "prometheus": {"url": "http://p:9090", "preset": "netkeel"}}
WORKLOAD = {"name": "w", "selector": {"matchLabels": {"app": "w"}}}
GOOD: dict[str, Any] = {"sources": [SOURCE], "objectives": [{"name": "o"}], "workloads": [WORKLOAD]}

validator = Draft202012Validator(json_schema(law_settings()))


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(json_schema(law_settings()))


@pytest.mark.parametrize(
    "raw",
    [
        GOOD,
        {"profile": "classic"},
        {**GOOD, "step": "100ms", "maxLag": "1m"},
        {**GOOD, "workloads": [{**WORKLOAD, "law": "swift"}]},
        {**GOOD, "workloads": [{**WORKLOAD, "law": {"beta": 0.5}}]},
        {**GOOD, "workloads": [{**WORKLOAD, "law": {"name": "classic", "increase": "5M"}}]},
        {**GOOD, "workloads": [{**WORKLOAD, "floor": 10_000_000, "ceiling": "1e9"}]},
        {**GOOD, "kubernetes": {"context": None, "leaderElection": {"enabled": True}}},
    ],
)
def test_what_the_checker_takes_the_schema_takes(raw: dict[str, Any]) -> None:
    assert check(raw, law_settings())[1] == ()
    assert list(validator.iter_errors(raw)) == []


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {**GOOD, "setp": "1s"},
        {**GOOD, "step": 1},
        {**GOOD, "step": "1"},
        {**GOOD, "sources": SOURCE},
        {**GOOD, "workloads": [{**WORKLOAD, "floor": "10m"}]},
        {**GOOD, "workloads": [{**WORKLOAD, "law": "swfit"}]},
        {**GOOD, "workloads": [{**WORKLOAD, "law": {"name": "classic", "beta": 0.5}}]},
        {**GOOD, "workloads": [{**WORKLOAD, "gate": "pod"}]},
        {**GOOD, "workloads": [{"name": "w"}]},
        {**GOOD, "objectives": [{"name": 1}]},
    ],
)
def test_what_the_schema_refuses_the_checker_refuses(raw: dict[str, Any]) -> None:
    assert list(validator.iter_errors(raw)) != []
    assert check(raw, law_settings())[1] != ()


def test_every_setting_says_its_default_as_a_file_would() -> None:
    schema = json_schema(law_settings())
    assert schema["properties"]["step"]["default"] == "1s"
    workload = schema["$defs"]["Workload"]["properties"]
    assert workload["ceiling"]["default"] == "1000M"
    assert "never falls below" in workload["floor"]["description"]
