"""The checker reports every fault of a configuration, with where, why and what to do."""

from typing import Any

import pytest

from netkeel.control.laws import law_settings
from netkeel.control.laws.swift import SwiftSettings
from netkeel.settings import Fault, FaultyConfigurationError, check, convert
from netkeel.units import Rate

GOOD: dict[str, Any] = {
    "apiVersion": "netkeel.dev/v1alpha1",
    "kind": "Configuration",
    "step": "1s",
    "sources": [{"name": "cluster", "prometheus": {"url": "http://p:9090", "preset": "netkeel"}}],
    "objectives": [{"name": "robot-control", "target": "1ms", "deadline": "1.5ms"}],
    "workloads": [
        {
            "name": "telemetry-upload",
            "selector": {"matchLabels": {"app": "telemetry-upload"}},
            "law": {"name": "swift", "beta": 0.5},
            "floor": "10M",
        }
    ],
}


def faults_of(**changes: object) -> dict[str, Fault]:
    _, faults = check({**GOOD, **changes}, law_settings())
    return {f.path: f for f in faults}


def workload(**changes: object) -> dict[str, Any]:
    return {"workloads": [{**GOOD["workloads"][0], **changes}]}


def test_a_good_file_becomes_typed_values() -> None:
    c = convert(GOOD, law_settings())
    assert c.step == 1.0
    assert c.objectives[0].deadline_s == 0.0015
    assert c.workloads[0].floor.rate == Rate.mbps(10)
    assert c.workloads[0].law.settings == SwiftSettings(beta=0.5)


def test_all_faults_are_reported_at_once() -> None:
    faults = faults_of(
        setp="1s",
        step=5,
        workloads=[
            {
                "name": "w",
                "selector": {"matchLabels": {"app": 1}},
                "floor": "10m",
                "celing": "1G",
                "gate": "pod-anotation",
                "law": {"name": "swfit"},
            }
        ],
    )
    assert set(faults) >= {
        "setp",
        "step",
        "workloads[0].selector.matchLabels.app",
        "workloads[0].floor",
        "workloads[0].celing",
        "workloads[0].gate",
        "workloads[0].law.name",
    }
    assert "did you mean step?" in faults["setp"].hint
    assert "write it like 5s" in faults["step"].reason
    assert "milli" in faults["workloads[0].floor"].reason
    assert "did you mean ceiling?" in faults["workloads[0].celing"].hint
    assert "pod-annotation" in faults["workloads[0].gate"].hint
    assert "swift" in faults["workloads[0].law.name"].hint


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        (workload(floor="2G"), "workloads[0].floor"),
        (workload(floor="0"), "workloads[0].floor"),
        (workload(ceiling="2P"), "workloads[0].ceiling"),
        (workload(gate="deployment-template"), "workloads[0].deployment"),
        (workload(gate="ceiling"), "workloads[0].gate"),
        (workload(objectives=["nope"]), "workloads[0].objectives"),
        (workload(namespace="kube-system"), "workloads[0].namespace"),
        (workload(filter={"smoothing": 0.0}), "workloads[0].filter.smoothing"),
        (workload(law={"name": "swift", "bta": 1}), "workloads[0].law.bta"),
        (workload(law={"name": "swift", "beta": "x"}), "workloads[0].law.beta"),
        (
            {"objectives": [{"name": "o", "target": "2ms", "deadline": "1ms"}]},
            "objectives[0].deadline",
        ),
        ({"objectives": [{"name": "o", "percentile": 95.0}]}, "objectives[0].percentile"),
        ({"objectives": [{"name": "o", "source": "nope"}]}, "objectives[0].source"),
        ({"objectives": []}, "objectives"),
        ({"workloads": GOOD["workloads"] * 2}, "workloads"),
        (
            {"sources": [{"name": "s", "prometheus": {"url": "p:9090"}}]},
            "sources[0].prometheus.url",
        ),
        ({"sources": [{"name": "s", "prometheus": {"url": "http://p"}}]}, "sources[0].prometheus"),
        ({"sources": [{"prometheus": {"url": "http://p"}}]}, "sources[0].name"),
        ({"apiVersion": "netkeel.dev/v2"}, "apiVersion"),
        ({"step": "1ms"}, "step"),
    ],
)  # fmt: skip
def test_each_rule_names_its_path(changes: dict[str, Any], path: str) -> None:
    assert path in faults_of(**changes)


@pytest.mark.parametrize("raw", [None, [], "text", 3])
def test_a_file_that_is_no_mapping_is_one_fault(raw: object) -> None:
    configuration, faults = check(raw, law_settings())
    assert configuration is None
    assert len(faults) == 1


def test_the_error_lists_every_fault_on_a_line_of_its_own() -> None:
    with pytest.raises(FaultyConfigurationError) as caught:
        convert({**GOOD, "a": 1, "b": 2}, law_settings())
    assert len(str(caught.value).splitlines()) == 2


def test_the_profile_classic_needs_nothing_but_its_name() -> None:
    c = convert({"profile": "classic"}, law_settings())
    w = c.workloads[0]
    assert (c.step, w.law.name, w.gate) == (5.0, "classic", "deployment-template")
    assert w.deployment == "telemetry-upload-deployment"
    assert (w.floor, w.ceiling, w.start) == ("10M", "1000M", "100M")
    assert (w.blind.mode, w.blind.assumed_delay) == ("assume", 0.0005)
    assert c.sources[0].prometheus.preset == "hubble"
    assert c.objectives[0].target == 0.001


def test_what_the_file_says_wins_over_the_profile() -> None:
    raw = {"profile": "classic", "step": "1s", **workload(gate="pod-annotation", law="swift")}
    c = convert(raw, law_settings())
    assert (c.step, c.workloads[0].gate, c.workloads[0].law.name) == (
        1.0,
        "pod-annotation",
        "swift",
    )
