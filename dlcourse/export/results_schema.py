"""The form of results.json, as Gradescope documents it.

Its "Autograder Specifications": gradescope-autograders.readthedocs.io, "Output format",
"Controlling Test Case Visibility", "Test case status", "Output String Formatting", "Leaderboards".
"""

from __future__ import annotations

from typing import Any

import jsonschema

_VISIBILITY = {"enum": ["hidden", "after_due_date", "after_published", "visible"]}
_FORMAT = {"enum": ["text", "simple_format", "html", "md", "ansi"]}
_NUMBER = {"type": "number"}
_TEXT = {"type": "string"}
_ORDINAL = {"type": ["string", "number"]}

# additionalProperties: an unknown key is most likely a misspelt one, which Gradescope would pass
# over in silence
RESULTS_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "results.json of a Gradescope autograder",
    "type": "object",
    "properties": {
        "score": _NUMBER,
        "execution_time": {"type": "number", "minimum": 0},
        "output": _TEXT,
        "output_format": _FORMAT,
        "test_output_format": _FORMAT,
        "test_name_format": _FORMAT,
        "visibility": _VISIBILITY,
        "stdout_visibility": _VISIBILITY,
        "extra_data": {"type": "object"},
        "tests": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "score": _NUMBER,
                    "max_score": _NUMBER,
                    "status": {"enum": ["passed", "failed"]},
                    "name": _TEXT,
                    "name_format": _FORMAT,
                    "number": _TEXT,
                    "output": _TEXT,
                    "output_format": _FORMAT,
                    "tags": {"type": "array", "items": _TEXT},
                    "visibility": _VISIBILITY,
                    "extra_data": {"type": "object"},
                },
                "additionalProperties": False,
            },
        },
        "leaderboard": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "name": _TEXT,
                    "value": _ORDINAL,
                    "order": {"enum": ["asc", "desc"]},
                },
                "required": ["name", "value"],
                "additionalProperties": False,
            },
        },
    },
    # "optional, but required if not on each test case"; "optional, but required if no top-level
    # score"
    "anyOf": [
        {"required": ["score"]},
        {
            "required": ["tests"],
            "properties": {
                "tests": {
                    "minItems": 1,
                    "contains": {"required": ["score"]},
                    "items": {"anyOf": [{"required": ["score"]}, {"required": ["status"]}]},
                }
            },
        },
    ],
    "additionalProperties": False,
}


def validate(document: Any) -> None:
    """Check a results.json.

    Raises:
        jsonschema.ValidationError: Gradescope does not take it.
    """
    jsonschema.Draft202012Validator(RESULTS_SCHEMA).validate(document)
