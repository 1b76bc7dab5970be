"""Every rule against its own examples: they are its test and its documentation page."""

import re
from pathlib import Path

import pytest

from tests.lang.marks import Mark, marks
from vesper import config
from vesper.lang import rules
from vesper.lang.check import Analysis, Diagnostic, check
from vesper.lang.rule import Edit, Rule
from vesper.lang.source import Text
from vesper.workspace.index import Index, policy_of

RULES = list(rules.load().values())
by_code = pytest.mark.parametrize("rule", RULES, ids=lambda it: it.code)


def checked(rule: Rule, text: str) -> list[Diagnostic]:
    """Check a text in a workspace that holds the file beside the rule's examples."""
    kind = "role" if rule.kind == "role" else "vsp"
    index = Index()
    name = "beside.role.yaml" if kind == "role" else "beside.vsp"
    index.take(name, Analysis(rule.beside, kind))
    roles = re.match(r"# roles\.yaml: (.*)", text)
    if roles is not None:
        index.take("roles.yaml", Analysis(roles[1], "role"))
    settings = re.match(r"# vesper\.toml: (.*)", text)
    if settings is not None:
        found = config.read(settings[1], {}).settings
        index.policy = policy_of(found)
    index.is_complete = True
    return check(text, kind, index.around_for("example.vsp"))


def found_by(rule: Rule, text: str) -> list[Diagnostic]:
    return [it for it in checked(rule, text) if it.code == rule.code]


def apply(text: str, edits: tuple[Edit, ...]) -> str:
    changed = Text(text)
    for edit in sorted(edits, reverse=True):
        changed.replace(edit.span, edit.text)
    return str(changed)


@by_code
def test_the_bad_example_gives_exactly_the_marked_messages(rule: Rule):
    found = [Mark(it.span.line, it.span.column, it.message) for it in found_by(rule, rule.bad)]
    assert found == marks(rule.bad)
    assert found


@by_code
def test_the_good_example_gives_none(rule: Rule):
    assert found_by(rule, rule.good) == []


@by_code
def test_a_quick_fix_removes_its_finding_and_adds_no_error(rule: Rule):
    before = checked(rule, rule.bad)
    for finding in found_by(rule, rule.bad):
        if finding.fix is not None:
            fixed = apply(rule.bad, finding.fix.edits)
            after = checked(rule, fixed)
            assert len([it for it in after if it.code == rule.code]) < len(
                [it for it in before if it.code == rule.code]
            )
            assert fixed != rule.bad


@by_code
def test_a_rule_gives_its_reason_and_a_name_of_its_own(rule: Rule):
    assert len(rule.doc.split()) >= 5
    assert re.fullmatch(r"(VSP[1-7]|ROL1)\d\d", rule.code)
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.name)
    assert [it.name for it in RULES].count(rule.name) == 1


@by_code
def test_a_rule_links_to_its_heading_on_the_page(rule: Rule):
    page, _, anchor = rule.link.partition("#")
    text = (Path(__file__).parents[2] / page).read_text(encoding="utf-8")
    headings = re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert anchor in [it.lower().replace(" ", "-") for it in headings]
