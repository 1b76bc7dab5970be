"""URIs and paths, on every system and from every editor."""

from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vesper.lsp.convert import to_path, to_uri


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///w/a.vsp", "/w/a.vsp"),
        ("file://localhost/w/a.vsp", "/w/a.vsp"),
        ("FILE:///w/a.vsp", "/w/a.vsp"),
        ("file:///w/with%20blank%23hash%3F.vsp", "/w/with blank#hash?.vsp"),
        ("file:///w/%E4%B8%AD%F0%9F%98%80.vsp", "/w/中😀.vsp"),
        ("file:///w/100%25.vsp", "/w/100%.vsp"),
        ("file:///w/a;b.vsp", "/w/a;b.vsp"),
        ("file:///c%3A/w", "/c:/w"),
        ("untitled:Untitled-1", None),
        ("git:/w/a.vsp?ref", None),
        ("https://example.invalid/a.vsp", None),
        ("file://server/share/a.vsp", None),
        ("file:", None),
        ("file:///w/%00", None),
        ("file://[half/a", None),
        ("", None),
    ],
)
def test_a_uri_names_a_file_or_none(uri: str, path: str | None):
    assert to_path(uri, windows=False) == (Path(path) if path else None)


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///C:/w/a.vsp", "C:\\w\\a.vsp"),
        ("file:///c%3A/w/a.vsp", "C:\\w\\a.vsp"),
        ("file:///c:/w/a.vsp", "C:\\w\\a.vsp"),
        ("file://server/share/a.vsp", "\\\\server\\share\\a.vsp"),
    ],
)
def test_a_windows_path_is_the_same_however_its_drive_is_written(uri: str, path: str):
    assert str(to_path(uri, windows=True)) == path


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        (PureWindowsPath("C:\\w\\a b.vsp"), "file:///C:/w/a%20b.vsp"),
        (PureWindowsPath("\\\\server\\share\\a.vsp"), "file://server/share/a.vsp"),
        (PurePosixPath("/w/a#b?.vsp"), "file:///w/a%23b%3F.vsp"),
    ],
)
def test_a_path_has_a_uri(path: Path, uri: str):
    assert to_uri(path) == uri


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1))
def test_every_path_comes_back_from_its_uri(name: str):
    path = Path("/w") / name.replace("/", "_")

    assert to_path(to_uri(path), windows=False) == path
