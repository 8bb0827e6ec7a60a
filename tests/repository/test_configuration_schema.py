"""The published JSON Schema is the one that the code makes."""

import json
from pathlib import Path

from netkeel.control.laws import law_settings
from netkeel.settings.json_schema import json_schema

PUBLISHED = Path(__file__).parents[2] / "docs" / "reference" / "configuration.schema.json"


def test_the_published_schema_is_the_codes() -> None:
    remedy = "netkeel check-config --schema > docs/reference/configuration.schema.json"
    assert json.loads(PUBLISHED.read_text()) == json_schema(law_settings()), remedy
