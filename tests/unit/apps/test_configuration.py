"""One file, variables and flags become one configuration, or every fault with its place."""

from pathlib import Path

import pytest

from netkeel.apps.configuration import Examined, examine, load
from netkeel.apps.overrides import Override, from_environment, from_flag
from netkeel.errors import ConfigurationError
from netkeel.settings import FaultyConfigurationError
from netkeel.units import Rate

GOOD = """\
apiVersion: netkeel.dev/v1alpha1
kind: Configuration
step: 2s
sources:
  - name: cluster
    prometheus: {url: "http://p:9090", preset: netkeel}
objectives:
  - name: robot-control
    target: 1ms
workloads:
  - name: telemetry-upload
    selector: {matchLabels: {app: telemetry-upload}}
    floor: 10M
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "netkeel.yaml"
    path.write_text(GOOD)
    return path


def examined(file: Path, text: str, *flags: str, **environment: str) -> Examined:
    file.write_text(text)
    return examine(file, [from_flag(f) for f in flags], environment)


def only_fault(found: Examined) -> tuple[str, str]:
    assert found.configuration is None
    assert len(found.faults) == 1, found.faults
    return found.faults[0].path, found.faults[0].where


def test_flag_wins_over_variable_over_file_over_default(file: Path) -> None:
    assert load(file, [], {}).step == 2.0
    assert load(file, [], {"NETKEEL_STEP": "3s"}).step == 3.0
    assert load(file, [from_flag("step=4s")], {"NETKEEL_STEP": "3s"}).step == 4.0
    assert load(file, [], {}).max_lag == 30.0


def test_the_last_of_two_flags_wins(file: Path) -> None:
    assert load(file, [from_flag("step=4s"), from_flag("step=5s")], {}).step == 5.0


def test_variables_reach_settings_in_groups_and_in_lists(file: Path) -> None:
    c = load(
        file,
        [],
        {
            "NETKEEL_SERVER_LISTEN": "0.0.0.0:9760",
            "NETKEEL_KUBERNETES_LEADER_ELECTION_ENABLED": "true",
            "NETKEEL_SOURCES_0_PROMETHEUS_URL": "http://other:9090",
            "NETKEEL_WORKLOADS_0_LAW_NAME": "classic",
            "NETKEEL_SEED": "7",
        },
    )
    assert c.server.listen == "0.0.0.0:9760"
    assert c.kubernetes.leader_election.enabled is True
    assert c.sources[0].prometheus.url == "http://other:9090"
    assert c.workloads[0].law.name == "classic"
    assert c.seed == 7


def test_a_text_setting_stays_text_however_yaml_would_read_it(file: Path) -> None:
    environment = {"NETKEEL_KUBERNETES_CONTEXT": "123", "NETKEEL_KUBERNETES_KUBECONFIG": "on"}
    c = load(file, [], environment)
    assert (c.kubernetes.context, c.kubernetes.kubeconfig) == ("123", "on")


def test_a_member_of_a_list_may_be_named_in_a_flag(file: Path) -> None:
    c = load(file, [from_flag("workloads[telemetry-upload].floor=20M")], {})
    assert c.workloads[0].floor.rate == Rate.mbps(20)


def test_a_laws_own_setting_can_be_set(file: Path) -> None:
    for law in ("{name: swift}", "swift"):
        file.write_text(GOOD + f"    law: {law}\n")
        c = load(file, [from_flag("workloads[0].law.beta=0.3")], {})
        assert c.workloads[0].law.settings.beta == 0.3


def test_the_profile_fills_in_below_the_overrides(file: Path) -> None:
    file.write_text("apiVersion: netkeel.dev/v1alpha1\n")
    environment = {"NETKEEL_PROFILE": "classic", "NETKEEL_WORKLOADS_0_FLOOR": "20M"}
    c = load(file, [], environment)
    assert c.step == 5.0
    assert c.workloads[0].law.name == "classic"
    assert c.workloads[0].floor.rate == Rate.mbps(20)


@pytest.mark.parametrize("flag", ["step", "=5s", " =1"])
def test_a_flag_without_path_and_value_is_refused(flag: str) -> None:
    with pytest.raises(ConfigurationError, match="write it like step=5s"):
        from_flag(flag)


def test_a_fault_names_the_line_that_has_it(file: Path) -> None:
    found = examined(file, GOOD.replace("floor: 10M", "floor: 10m"))
    assert only_fault(found) == ("workloads[0].floor", "line 13")


def test_a_missing_setting_points_to_where_it_should_stand(file: Path) -> None:
    found = examined(file, GOOD.replace("  - name: robot-control\n    target", "  - target"))
    assert only_fault(found) == ("objectives[0].name", "line 8")


def test_a_fault_of_an_override_names_the_override_and_not_a_line(file: Path) -> None:
    found = examined(file, GOOD, "workloads[telemetry-upload].floor=10m")
    origin = "--set workloads[telemetry-upload].floor"
    assert only_fault(found) == ("workloads[0].floor", origin)
    assert only_fault(examined(file, GOOD, NETKEEL_STEP="5")) == ("step", "NETKEEL_STEP")


def test_an_override_of_a_member_that_is_not_there_is_a_fault(file: Path) -> None:
    assert only_fault(examined(file, GOOD, "workloads[3].floor=20M"))[0] == "workloads[3].floor"
    assert only_fault(examined(file, GOOD, "workloads[x].floor=20M"))[0] == "workloads[x].floor"
    assert only_fault(examined(file, GOOD, "step.unit=s"))[0] == "step.unit"


def test_a_key_given_twice_is_a_fault_beside_the_others(file: Path) -> None:
    found = examined(
        file, GOOD.replace("    target: 1ms", "    target: 1ms\n    target: 2ms") + "x: 1"
    )
    assert [(f.path, f.where) for f in found.faults] == [
        ("objectives[0].target", "line 10"),
        ("x", "line 15"),
    ]


def test_rules_are_checked_although_another_part_is_unreadable(file: Path) -> None:
    text = GOOD.replace("step: 2s", "step: 2").replace("floor: 10M", "floor: 2000M")
    found = examined(file, text)
    assert {f.path: f.where for f in found.faults} == {
        "step": "line 3",
        "workloads[0].floor": "line 13",
    }


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is empty"),
        ("step: [", "is no usable YAML"),
        ("a: &x 1\nb: *x", "aliases"),
        ("- a", "must be a mapping"),
        ("null", "must be a mapping"),
        ("[" * 5_000, "nested too deeply"),
        ("a: 2026-99-99", "quotes"),
        ("step: !!python/object:os.system x", "could not determine a constructor"),
        ("a: 1\n---\nb: 2", "expected a single document"),
    ],
)
def test_a_file_that_is_no_configuration_is_one_clear_fault(
    file: Path, text: str, reason: str
) -> None:
    found = examined(file, text)
    assert found.configuration is None
    assert [f for f in found.faults if reason in str(f)], found.faults


def test_a_file_that_is_not_there_or_too_large_is_a_fault(tmp_path: Path) -> None:
    missing = examine(tmp_path / "none.yaml", [], {})
    assert "netkeel init" in str(missing.faults[0])
    large = tmp_path / "large.yaml"
    large.write_text("#" * 1_000_001)
    assert "no configuration" in str(examine(large, [], {}).faults[0])


def test_nested_aliases_are_refused_before_they_grow(file: Path) -> None:
    nine = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    found = examined(file, "\n".join(["a0: &a0 [x, x, x, x, x, x, x, x, x]", *nine]))
    assert found.faults[0].where == "line 2"


def test_load_raises_with_all_faults(file: Path) -> None:
    file.write_text(GOOD.replace("step: 2s", "step: 2") + "x: 1\n")
    with pytest.raises(FaultyConfigurationError) as raised:
        load(file, [], {})
    assert [f.path for f in raised.value.faults] == ["x", "step"]
    assert raised.value.exit_code == 2


def test_a_variable_that_means_nothing_is_told_with_the_near_one() -> None:
    found, warnings = from_environment({"NETKEEL_SERVER_LISTN": "x", "OTHER": "y"})
    assert not found
    assert len(warnings) == 1
    assert "did you mean NETKEEL_SERVER_LISTEN?" in warnings[0]


def test_what_kubernetes_sets_for_a_service_called_netkeel_is_no_setting() -> None:
    environment = {
        "NETKEEL_SERVICE_HOST": "10.0.0.1",
        "NETKEEL_SERVICE_PORT": "9760",
        "NETKEEL_SERVICE_PORT_HTTP": "9760",
        "NETKEEL_PORT": "tcp://10.0.0.1:9760",
        "NETKEEL_PORT_9760_TCP_ADDR": "10.0.0.1",
        "NETKEEL_CONFIG": "netkeel.yaml",
        "NETKEEL_SERVER": "http://127.0.0.1:9760",
    }
    assert from_environment(environment) == ([], [])


def test_a_variable_becomes_the_path_of_its_setting() -> None:
    found, _ = from_environment({"NETKEEL_DECISIONS_MAX_BYTES": "1000"})
    assert found == [Override("decisions.maxBytes", "1000", "NETKEEL_DECISIONS_MAX_BYTES")]


def test_dangers_of_the_classic_profile_are_told_one_by_one(file: Path) -> None:
    found = examined(file, "apiVersion: netkeel.dev/v1alpha1\nprofile: classic\n")
    assert [w.partition(":")[0] for w in found.warnings] == [
        "sources[0].prometheus.preset",
        "workloads[0].blind.mode",
        "workloads[0].gate",
        "workloads[0].law.name",
    ]


def test_a_binary_suffix_and_a_weight_without_effect_are_told(file: Path) -> None:
    found = examined(file, GOOD.replace("floor: 10M", "floor: 10Mi\n    weight: 2"))
    assert found.configuration is not None
    assert [w.partition(":")[0] for w in found.warnings] == [
        "workloads[0].floor",
        "workloads[0].weight",
    ]


def test_a_password_in_clear_text_and_a_missing_version_are_told(file: Path) -> None:
    text = GOOD.replace("preset: netkeel", "preset: netkeel, bearerTokenFile: t")
    found = examined(file, text.partition("\n")[2])
    assert [w.partition(":")[0] for w in found.warnings] == [
        "sources[0].prometheus.url",
        "apiVersion",
    ]
