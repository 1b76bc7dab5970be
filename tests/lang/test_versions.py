"""References to nodes: an id means that very node, a range means any version it covers."""

import pytest

from vesper.lang import versions


@pytest.mark.parametrize(
    ("reference", "node_id", "means"),
    [
        ("pay_v2", "pay_v2", True),
        ("pay_v2", "pay_v2.0.0", False),
        ("pay_v2.1.0", "pay_v2.1.0", True),
        ("pay_v2.*", "pay_v2", True),
        ("pay_v2.*", "pay_v2.3.1", True),
        ("pay_v2.*", "pay_v20.3.1", False),
        ("pay_v2.*", "pay_v3", False),
        ("pay_v2.1.*", "pay_v2.1.7", True),
        ("pay_v2.1.*", "pay_v2.10.7", False),
        ("pay_v2.1.0+", "pay_v2.1.0", True),
        ("pay_v2.1.0+", "pay_v2.10.0", True),
        ("pay_v2.1.0+", "pay_v2.0.9", False),
        ("pay_v2.1.0+", "pay_v3.0.0", False),
        ("pay_v2+", "pay_v2.4.0", True),
        ("pay_v2.*", "repay_v2", False),
        ("very_v2_v1.*", "very_v2_v1", True),
    ],
)
def test_a_reference_means(reference: str, node_id: str, means: bool):
    wanted, node = versions.read(reference), versions.read(node_id)
    assert wanted is not None
    assert node is not None
    assert wanted.means(node) is means


@pytest.mark.parametrize("text", ["", "pay", "pay_v", "Pay_v1", "pay_v1.2.3.4", "pay_v1 ", "*"])
def test_what_has_not_the_form_is_no_reference(text: str):
    assert versions.read(text) is None


def test_versions_come_newest_first_by_number_not_by_letter():
    ids = ["pay_v9", "pay_v10", "pay_v10.2.0", "pay_v10.10.0", "repay_v1", "odd"]
    assert versions.versions_of("pay", ids) == ["pay_v10.10.0", "pay_v10.2.0", "pay_v10", "pay_v9"]


@pytest.mark.parametrize(
    ("called", "listed", "conflicts"),
    [
        (["pay_v1"], ["pay_v1"], {}),
        (["pay_v1.*"], ["pay_v1.*"], {}),
        (["pay_v1.2.0"], ["pay_v1.*"], {}),
        (["pay_v1.*"], ["pay_v1.2.0"], {}),
        (["pay_v2"], ["pay_v1"], {"pay_v2": "pay_v1"}),
        (["pay_v2"], ["pay_v1", "pay_v2"], {}),
        (["pay_v2.1.0+"], ["pay_v1.*"], {"pay_v2.1.0+": "pay_v1.*"}),
        (["pay_v2", "mail_v1"], ["bill_v1"], {}),
        (["{node}"], ["pay_v1"], {}),
    ],
)
def test_what_is_called_in_another_version_than_is_listed(
    called: list[str], listed: list[str], conflicts: dict[str, str]
):
    assert versions.conflicts(called, listed) == conflicts
