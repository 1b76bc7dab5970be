"""Settings: what `vesper.toml`, the environment and the editor say, and how a mistake in them is told."""

import pytest

from vesper import config
from vesper.config import SETTINGS, DatabaseSource, Service, Settings

RULES = {"VSP601", "missing-capability"}


def problems(
    text: str, environment: dict[str, str] | None = None, editor: object = None
) -> list[str]:
    return [str(it) for it in config.read(text, environment or {}, editor, RULES).problems]


def test_without_a_file_the_defaults_hold():
    assert config.read("", {}) == config.Read(Settings(), ())


def test_every_setting_can_be_written_in_the_file():
    text = """\
include = ["flows/"]
exclude = ["drafts/**"]
max_file_size = "64 KiB"
capabilities = ["printer.print"]
strict = true

[databases.archive]
url = "sqlite:///archive.db"
schema = "archive.sql"

[providers.cards]
url = "http://127.0.0.1:9000"
secret = "cards_key"
timeout = "500ms"
idempotency_header = "Idempotency-Key"
allow_private = true
max_response = "1 MiB"

[rules]
VSP601 = "off"
missing-capability = "warning"
"""
    read = config.read(text, {}, None, RULES)
    assert read.problems == ()
    assert read.settings == Settings(
        ("flows/",), ("drafts/**",), 65_536,
        {"main": DatabaseSource(), "archive": DatabaseSource("sqlite:///archive.db", "archive.sql")},
        {"cards": Service("http://127.0.0.1:9000", "cards_key", 0.5, "Idempotency-Key", True, 1 << 20)},
        ("printer.print",), True,
        {"VSP601": "off", "missing-capability": "warning"},
    )  # fmt: skip
    assert {it.key for it in SETTINGS} == set(Settings.__dataclass_fields__)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('a = 1\nexclud = []\n', "vesper.toml:2: there is no setting `exclud`; did you mean `exclude`?"),
        ("strict = 1\n", "vesper.toml:1: `strict` must be true or false"),
        ('exclude = "x"\n', "vesper.toml:1: `exclude` must be a list of texts"),
        ("databases = [1]\n", "vesper.toml:1: `databases` must be a list of names, or a table "
         "`[databases.NAME]` for each"),
        ('[databases.main]\nurk = ""\n', "vesper.toml:2: `[databases.main]` has no key `urk`; "
         "did you mean `url`?"),
        ('strict = true\n[databases]\nmain = "x.db"\n', "vesper.toml:3: `databases.main` must be a table: "
         "`[databases.main]`"),
        ("[providers.cards]\ntimeout = 5\n", "vesper.toml:2: `timeout` must be a duration such as \"30s\""),
        ("\n[providers.cards]\n", "vesper.toml:2: `[providers.cards]` needs `url`"),
        ('[providers.cards]\nurl = 1\n', "vesper.toml:2: `url` must be a text"),
        ('[providers.cards]\nurl = "x"\nallow_private = "yes"\n',
         "vesper.toml:3: `allow_private` must be true or false"),
        ('[providers."a b"]\nurl = "x"\n',
         "vesper.toml:1: `a b` is no name: use letters, digits, `_` and `-`"),
        ("providers = []\n", "vesper.toml:1: `providers` must be a table `[providers.NAME]` for each"),
        ('max_file_size = "big"\n', "vesper.toml:1: `max_file_size` must be a number of bytes, "
         'or a text such as "4 MiB"'),
        ("max_file_size = 0\n", "vesper.toml:1: `max_file_size` must be a number of bytes, "
         'or a text such as "4 MiB"'),
        ('# c\n[rules]\nVSP60 = "off"\n', "vesper.toml:3: there is no rule `VSP60`; did you mean `VSP601`?"),
        ('[rules]\nVSP601 = "of"\n', "vesper.toml:2: `VSP601` must be one of error, warning, hint, off"),
        ('strict = true\nx = = 2\n', "vesper.toml:2: this is no TOML: Invalid value"),
        ("[rules\n", "vesper.toml:1: this is no TOML: Expected ']' at the end of a table declaration"),
        ("[formats]\nx = 1\n", "vesper.toml:1: there is no setting `formats`"),
        ("x = " + "[" * 100_000, "vesper.toml:1: this is no TOML that can be read: it is nested too deeply"),
    ],
    ids=lambda it: it[:24],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line_and_what_was_meant(text: str, message: str):
    assert message in problems(text)


def test_databases_may_be_a_list_of_names():
    named = {"main": DatabaseSource(), "archive": DatabaseSource()}
    assert config.read('databases = ["main", "archive"]', {}).settings.databases == named
    assert config.read("", {"VESPER_DATABASES": "main, archive"}).settings.databases == named


def test_a_mistake_does_not_stop_the_rest():
    read = config.read('exclud = []\nstrict = true\nmax_file_size = "x"\n', {})
    assert (len(read.problems), read.settings) == (2, Settings(strict=True))


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        ("VESPER_STRICT", "1", Settings(strict=True)),
        ("VESPER_EXCLUDE", "a/, b", Settings(exclude=("a/", "b"))),
        ("VESPER_MAX_FILE_SIZE", "1 MiB", Settings(max_file_size=1 << 20)),
    ],
)
def test_the_environment_overrides_the_file(variable: str, value: str, expected: Settings):
    text = (
        'strict = false\nexclude = ["c"]\nmax_file_size = 5\n' if "STRICT" not in variable else ""
    )
    read = config.read(text, {variable: value})
    assert getattr(read.settings, variable.removeprefix("VESPER_").lower()) == getattr(
        expected, variable.removeprefix("VESPER_").lower()
    )


def test_a_wrong_variable_is_named():
    assert problems("", {"VESPER_STRICT": "maybe"}) == [
        "VESPER_STRICT: `strict` must be true or false"
    ]


def test_the_editor_has_the_last_word_in_its_own_spelling():
    editor = {
        "maxFileSize": 7,
        "strict": None,
        "trace": {"server": "off"},
        "rules": {"VSP601": "hint"},
    }
    read = config.read(
        "strict = true\nmax_file_size = 9\n", {"VESPER_MAX_FILE_SIZE": "8"}, editor, RULES
    )
    assert read.problems == ()
    assert read.settings == Settings(max_file_size=7, strict=True, rules={"VSP601": "hint"})
    assert problems("", {}, {"strict": "x"}) == [
        "the editor's settings: `strict` must be true or false"
    ]


@pytest.mark.parametrize(
    ("line", "start"),
    [
        ("strict = true", "**strict**"),
        ("[rules]", "**rules**"),
        ("[providers.cards]", "**providers**"),
        ("  # strict", ""),
        ("nope = 1", ""),
    ],
)
def test_a_line_of_the_file_is_explained(line: str, start: str):
    assert config.describe(line).startswith(start)
    assert bool(config.describe(line)) is bool(start)
