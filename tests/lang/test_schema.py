"""The generated schemas: fresh, valid, and accepting everything the checker accepts."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from tests.requirements import requirement
from vesper.lang.schema import json_schema

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.vsp"))


class CoreLoader(yaml.CSafeLoader):
    """YAML 1.2's core schema, as the peers' schema validators read it."""


CoreLoader.yaml_implicit_resolvers = {}
for tag, pattern in (
    ("null", r"~|null|Null|NULL|"),
    ("bool", r"true|True|TRUE|false|False|FALSE"),
    ("int", r"[-+]?[0-9]+"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"),
):
    CoreLoader.add_implicit_resolver(
        f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), None
    )


def load(path: Path) -> list[Any]:
    """Every document of a file."""
    return list(yaml.load_all(path.read_text(encoding="utf-8"), CoreLoader))


@pytest.mark.parametrize("kind", ["vsp", "role"])
def test_the_file_in_the_repository_is_the_generated_one(kind: Any):
    written = json.loads((ROOT / "schemas" / f"{kind}.schema.json").read_text(encoding="utf-8"))
    assert written == json_schema(kind), "run `make docs`"
    jsonschema.Draft202012Validator.check_schema(written)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda it: it.name)
def test_every_example_document_is_valid(path: Path):
    for document in load(path):
        jsonschema.Draft202012Validator(json_schema("vsp")).validate(document)


@requirement("V22")
def test_the_example_roles_are_valid():
    jsonschema.Draft202012Validator(json_schema("role")).validate(
        load(ROOT / "examples/roles.yaml")[0]
    )


def test_a_misspelt_key_and_an_unknown_operation_are_refused():
    document = load(ROOT / "examples" / "greeting.vsp")[0]
    document["flow"][0]["operatoin"] = "x"
    assert not jsonschema.Draft202012Validator(json_schema("vsp")).is_valid(document)
    del document["flow"][0]["operatoin"]
    document["flow"][0]["operation"] = "nothing_known"
    assert not jsonschema.Draft202012Validator(json_schema("vsp")).is_valid(document)
