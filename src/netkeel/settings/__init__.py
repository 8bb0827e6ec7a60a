"""The configuration: what may be set, what each setting does, and why its default is what it is.

The classes here are the one source: the checker, the JSON Schema, the reference pages and the
chart's values are made from them. Field names are camelCase in files.
"""

from netkeel.settings.check import Fault, FaultyConfigurationError, check, convert
from netkeel.settings.schema import (
    Blindness,
    Configuration,
    DecisionLog,
    Filter,
    KubernetesConnection,
    LabelSelector,
    LawChoice,
    LeaderElection,
    Log,
    Objective,
    PrometheusSettings,
    Server,
    Shape,
    SourceSettings,
    Workload,
)
from netkeel.settings.types import Bandwidth, Duration

__all__ = [
    "Bandwidth",
    "Blindness",
    "Configuration",
    "DecisionLog",
    "Duration",
    "Fault",
    "FaultyConfigurationError",
    "Filter",
    "KubernetesConnection",
    "LabelSelector",
    "LawChoice",
    "LeaderElection",
    "Log",
    "Objective",
    "PrometheusSettings",
    "Server",
    "Shape",
    "SourceSettings",
    "Workload",
    "check",
    "convert",
]
