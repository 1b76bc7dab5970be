"""Role files: the notations of a restriction mean the same."""

import pytest

from tests.requirements import requirement
from vesper.lang.check import Analysis, check

FORMS = {
    "keys": "    max_file_changes: {0}\n    single_codeblock_only: true\n",
    "texts": '    - "max_file_changes: {0}"\n    - single_codeblock_only\n',
    "a list of keys": "    - max_file_changes: {0}\n    - single_codeblock_only: true\n",
}


def role(form: str, value: str) -> str:
    return f"worker:\n  description: Works\n  restrictions:\n{FORMS[form].format(value)}"


@requirement("V54")
@pytest.mark.parametrize("form", FORMS)
def test_a_restriction_reads_the_same_in_every_notation(form: str):
    (facts,) = Analysis(role(form, "5"), "role").parts()
    found = [it.export.detail for it in facts.of("restriction")["worker"]]
    assert found == ["max_file_changes:5", "single_codeblock_only:true"]
    assert check(role(form, "5"), "role") == []


@requirement("V54")
@pytest.mark.parametrize("value", ["five", "-1", "1e99"])
@pytest.mark.parametrize("form", FORMS)
def test_a_bad_value_is_an_error_at_its_own_place(form: str, value: str):
    text = role(form, value)
    (found,) = check(text, "role")
    line = text.splitlines()[found.span.line]
    assert line[found.span.column : found.span.end_column] == value
    assert "a whole number from 0" in found.message
