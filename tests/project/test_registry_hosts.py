"""The repository installs from whatever registry its user has set up, and names none."""

import re

from tests.project.tree import ROOT, place, tracked

# Written in pieces, or this file would break its own rule.
HOSTS = tuple(
    ".".join(pieces)
    for pieces in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
        ("crates", "io"),
        ("deb", "debian", "org"),
        ("security", "debian", "org"),
        ("proxy", "golang", "org"),
    )
)
LOCKS = ("requirements.lock", "requirements-lint.lock")


def test_no_file_names_a_registry_host() -> None:
    naming = [
        f"{place(path)}: {host}"
        for path in tracked()
        for host in HOSTS
        if host.encode() in path.read_bytes()
    ]
    assert naming == []


def test_lock_files_pin_hashes_and_no_place() -> None:
    for name in LOCKS:
        text = (ROOT / name).read_text(encoding="utf-8")
        entries = re.split(r"\n(?=\S)", text.strip())
        assert entries, name
        for entry in entries:
            assert re.match(r"[a-z0-9-]+==\S+", entry), f"{name}: {entry}"
            assert "--hash=sha256:" in entry, f"{name}: {entry}"
            assert "://" not in entry, f"{name}: {entry}"


def test_npm_locks_leave_the_place_to_the_user() -> None:
    naming = [
        place(path)
        for path in tracked()
        if path.name == "package-lock.json" and '"resolved"' in path.read_text(encoding="utf-8")
    ]
    assert naming == []
