"""The settings of one workspace: defaults, then `vesper.toml`, then the environment, then the editor.

One table says what each setting is called, what it may hold and what it is for; reading, the reference page
and the editor's help follow from it. What is wrong is told with its place and does not stop the rest.
"""

import difflib
import os
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, NamedTuple, cast

FILE: Final = "vesper.toml"

Kind = Literal["flag", "size", "words", "rules", "databases", "providers", "table"]
Level = Literal["error", "warning", "hint", "off"]

LEVELS: Final[tuple[Level, ...]] = ("error", "warning", "hint", "off")
_SIZE: Final = re.compile(r"(\d{1,9})\s*(B|KiB|MiB|GiB|KB|MB|GB)?", re.IGNORECASE)
_UNITS: Final = {"": 1, "b": 1, "kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30,
                 "kb": 10**3, "mb": 10**6, "gb": 10**9}  # fmt: skip
_DURATION: Final = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)\s*(ms|s|m|h)")
_SECONDS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,99}")
_TABLE: Final = re.compile(r"\s*\[\s*([A-Za-z0-9_.\"'-]+)\s*\]")
_KEY: Final = re.compile(r"""\s*["']?([A-Za-z0-9_-]+)["']?\s*(?:=|\.)""")
_AT: Final = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


class Setting(NamedTuple):
    """One key of `vesper.toml`."""

    key: str
    kind: Kind
    default: str
    """As it would be written."""
    doc: str

    @property
    def variable(self) -> str:
        """The variable of the environment that overrides it; empty for a table."""
        return "" if self.kind in {"rules", "providers", "table"} else f"VESPER_{self.key.upper()}"

    @property
    def holds(self) -> str:
        """What it may hold, in words."""
        return {
            "flag": "true or false",
            "size": 'a number of bytes, or a text such as "4 MiB"',
            "words": "a list of texts",
            "rules": "a table: the code or name of a rule, and one of " + ", ".join(LEVELS),
            "databases": "a list of names, or a table `[databases.NAME]` for each",
            "providers": "a table `[providers.NAME]` for each",
            "table": f"a table `[{self.key}]`",
        }[self.kind]


class Key(NamedTuple):
    """One key of a table such as `[providers.NAME]`."""

    key: str
    kind: Literal["text", "flag", "size", "duration", "count", "words", "sandbox"]
    default: str
    """As it would be written; empty where the key must be given."""
    doc: str

    @property
    def holds(self) -> str:
        """What it may hold, in words."""
        return {
            "text": "a text",
            "flag": "true or false",
            "size": 'a number of bytes, or a text such as "4 MiB"',
            "duration": 'a duration such as "30s"',
            "count": "a number above zero",
            "words": "a list of texts",
            "sandbox": '"degraded" or "strict"',
        }[self.kind]


DATABASE_KEYS: Final = (
    Key("url", "text", '""',
        "Where it is, as SQLAlchemy writes it: `sqlite:///data/shop.db` (a path from the workspace's "
        "folder) or `postgresql+psycopg://...`, whose driver you install. `env:SHOP_URL` takes it from that "
        "variable, which is the place for an address with a password in it. Empty is a SQLite file "
        "of the workspace's own: `.vesper/data.db` for `main`, else `.vesper/data-NAME.db`."),
    Key("schema", "text", '""',
        "A file of the workspace with the `CREATE` statements of its tables. What it makes and the database "
        "does not have yet is made at the first use; other statements in it run once, at the beginning."),
)  # fmt: skip
PROVIDER_KEYS: Final = (
    Key("url", "text", "",
        "Its address, such as `https://api.example.com/v2`. Endpoints of steps are paths below it, and no "
        "endpoint or redirect leads to another host. An address on this machine (`http://127.0.0.1:9000`) "
        "is allowed because it is written here."),
    Key("secret", "text", '""',
        "The name of the secret that is sent as the bearer token when a step names none."),
    Key("timeout", "duration", '"30s"', "How long a request may take when its step says nothing."),
    Key("idempotency_header", "text", '""',
        "The header by which the service knows a request that it was sent before. Saying so lets a write "
        "whose answer was lost be sent again, since it counts once."),
    Key("allow_private", "flag", "false",
        "Whether its name may mean an address of a private network, such as `10.0.0.7`."),
    Key("max_response", "size", '"8 MiB"', "Answers above this size are refused."),
)  # fmt: skip

SANDBOX_KEYS: Final = (
    Key("level", "sandbox", '"degraded"',
        "The weakest sandbox that programs started by `shell` may run in. The strongest there is gets used "
        "in any case; `vesper doctor` names it, and what it lets through."),
    Key("override", "text", '""',
        "Why programs may run without any sandbox on a machine that offers none. It counts only for users "
        "who set `VESPER_SANDBOX_OVERRIDE=yes` themselves, and every such run is audited."),
    Key("memory", "size", '"4 GiB"', "What one process of such a program may take."),
    Key("file_size", "size", '"256 MiB"', "The size of a file that it may write."),
    Key("processes", "count", "256", "How many processes it may have at once."),
)  # fmt: skip
POLICY_KEYS: Final = (
    Key("allow", "words", '["*"]',
        "The capabilities that runs here may use at all, whatever their nodes and roles list."),
    Key("deny", "words", "[]", "The capabilities that no run here may use; that wins over every list."),
)  # fmt: skip


SETTINGS: Final = (
    Setting("include", "words", "[]",
            "Only files that match one of these patterns are documents of the workspace. The patterns "
            "are those of `.gitignore`; an empty list means every file with the name of a document."),
    Setting("exclude", "words", "[]",
            "Files and folders that are left out, besides those that `.gitignore` leaves out: "
            '`exclude = ["drafts/", "*.old.vsp"]`. A file that is named on the command line, or open '
            "in the editor, is checked all the same."),
    Setting("max_file_size", "size", '"4 MiB"',
            "Files above this size are refused with a message instead of being read."),
    Setting("databases", "databases", "[]",
            "The names of the databases that steps may use. When any are listed, a step that names "
            "another one gets a warning. As tables they have a `url` and a `schema` as well; `main`, which "
            "steps use when they name none, is always there."),
    Setting("providers", "providers", "{}",
            "The services that `external_api_call` may reach by name."),
    Setting("policy", "table", "{}",
            "What runs may do here, whoever runs them. It only narrows what nodes and roles may do."),
    Setting("sandbox", "table", "{}", "How programs are run that `shell` starts."),
    Setting("capabilities", "words", "[]",
            "Kinds of capabilities of your own, beside the built-in ones: `[\"printer.print\"]` makes "
            "`printer.print.label` known. Nodes may list them, and completion offers them."),
    Setting("strict", "flag", "false",
            "Every warning counts as an error, for people and for exit codes."),
    Setting("rules", "rules", "{}",
            'How grave a rule is here: `VSP605 = "off"`, or by name, `unused-capability = "error"`.'),
)  # fmt: skip
_BY_KEY: Final = {it.key: it for it in SETTINGS}


class Problem(NamedTuple):
    """Something wrong with a setting; the place is zero-based, and in `where`."""

    message: str
    line: int = 0
    column: int = 0
    end_column: int = 0
    where: str = FILE
    """The file, or what else it came from."""

    def __str__(self) -> str:
        return f"{self.where}:{self.line + 1}: {self.message}" if self.where == FILE else (
            f"{self.where}: {self.message}"
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class DatabaseSource:
    """Where a database is; without a `url` it is a file of the workspace's own."""

    url: str = ""
    schema: str = ""


@dataclass(frozen=True, slots=True)
class Service:
    """What is known of a service that is reached over HTTP."""

    url: str = ""
    secret: str = ""
    timeout: float = 30.0
    """Seconds."""
    idempotency_header: str = ""
    allow_private: bool = False
    max_response: int = 8 << 20


@dataclass(frozen=True, slots=True)
class Confinement:
    """How programs are run."""

    level: Literal["degraded", "strict"] = "degraded"
    override: str = ""
    memory: int = 4 << 30
    file_size: int = 256 << 20
    processes: int = 256


@dataclass(frozen=True, slots=True)
class RunPolicy:
    """What runs may do here."""

    allow: tuple[str, ...] = ("*",)
    deny: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """What holds in one workspace."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    max_file_size: int = 4 << 20
    databases: Mapping[str, DatabaseSource] = field(default_factory=dict[str, DatabaseSource])
    providers: Mapping[str, Service] = field(default_factory=dict[str, Service])
    capabilities: tuple[str, ...] = ()
    strict: bool = False
    rules: Mapping[str, Level] = field(default_factory=dict[str, Level])
    policy: RunPolicy = RunPolicy()
    sandbox: Confinement = Confinement()


CLOSED: Final = Settings(policy=RunPolicy(allow=()), sandbox=Confinement("strict"))
"""What holds where the settings cannot be read: a broken file allows nothing."""


class Read(NamedTuple):
    """Settings, and what was wrong with them: the wrong ones are left as they were."""

    settings: Settings
    problems: tuple[Problem, ...]


def read(
    text: str,
    environment: Mapping[str, str] | None = None,
    editor: object = None,
    rules: Collection[str] | None = None,
) -> Read:
    """The settings of a workspace whose `vesper.toml` holds `text`.

    `editor` is what the client answers for the section `vesper`. `rules` are the codes and names of all
    rules; without them those are not checked.
    """
    problems: list[Problem] = []
    reading = _Reading(problems, rules)
    given = _parsed(text, problems)
    settings = reading.table(CLOSED if problems else Settings(), given, text)
    for setting in SETTINGS:
        value = (os.environ if environment is None else environment).get(setting.variable or " ")
        if value:
            reading.where = setting.variable
            settings = reading.take(settings, setting, _from_variable(setting, value), (0, 0, 0))
    if isinstance(editor, dict):
        reading.where = "the editor's settings"
        settings = reading.table(settings, _known_in_editor(cast("dict[str, Any]", editor)), "")
    return Read(settings, tuple(problems))


def describe(line: str) -> str:
    """What the setting on a line of `vesper.toml` is for, as Markdown; empty when there is none."""
    key = _KEY.match(line) or _TABLE.match(line)
    setting = _BY_KEY.get(key[1].split(".")[0]) if key is not None else None
    if setting is None:
        return ""
    variable = f" The variable `{setting.variable}` overrides it." if setting.variable else ""
    held = f"It holds {setting.holds}; the default is `{setting.default}`."
    return f"**{setting.key}** — {setting.doc}\n\n{held}{variable}"


class _Reading:
    """Takes values into settings one by one, and notes what is wrong with them."""

    def __init__(self, problems: list[Problem], rules: Collection[str] | None) -> None:
        self.where = FILE
        self._problems = problems
        self._rules = rules

    def table(self, settings: Settings, given: Mapping[str, Any], text: str) -> Settings:
        """Take every key of a table; `text` is where they were written."""
        for key, value in given.items():
            place = _place(text, "", key)
            setting = _BY_KEY.get(key)
            if setting is None:
                self._refuse(f"there is no setting `{key[:60]}`{_near(key, _BY_KEY)}", place)
            elif setting.kind == "rules":
                settings = replace(settings, rules=self._levels(settings.rules, value, text))
            elif setting.kind == "databases" and isinstance(value, dict):
                found = self._tables(setting, cast("dict[str, Any]", value), DATABASE_KEYS, text)
                main = {"main": DatabaseSource()}
                databases = main | {name: DatabaseSource(**it) for name, it in found.items()}
                settings = replace(settings, databases=databases)
            elif setting.kind == "providers" and isinstance(value, dict):
                found = self._tables(setting, cast("dict[str, Any]", value), PROVIDER_KEYS, text)
                services = {name: Service(**it) for name, it in found.items()}
                settings = replace(settings, providers=services)
            elif setting.kind == "table":
                settings = self._single(settings, setting, value, text)
            else:
                settings = self.take(settings, setting, value, place)
        return settings

    def _single(self, settings: Settings, setting: Setting, given: object, text: str) -> Settings:
        """Take a table about what runs may do. Where a word of it is wrong, they may do least."""
        before = len(self._problems)
        keys = SANDBOX_KEYS if setting.key == "sandbox" else POLICY_KEYS
        taken: dict[str, Any] = {}
        if isinstance(given, dict):
            taken = self._keys(setting.key, cast("dict[str, Any]", given), keys, text)
        else:
            self._refuse(f"`{setting.key}` must be {setting.holds}", _place(text, "", setting.key))
        is_wrong = len(self._problems) > before
        if setting.key == "sandbox":
            found = CLOSED.sandbox if is_wrong else Confinement(**taken)
            return replace(settings, sandbox=found)
        return replace(settings, policy=CLOSED.policy if is_wrong else RunPolicy(**taken))

    def take(
        self, settings: Settings, setting: Setting, value: object, place: tuple[int, int, int]
    ) -> Settings:
        """Take one value, where it is of the kind that is wanted."""
        taken: object
        match setting.kind, value:
            case "flag", bool():
                taken = value
            case "size", _ if (size := _bytes(value)) is not None:
                taken = size
            case "words", _ if (words := _words(value)) is not None:
                taken = words
            case "databases", _ if (words := _words(value)) is not None:
                taken = {name: DatabaseSource() for name in words}
            case _:
                self._refuse(f"`{setting.key}` must be {setting.holds}", place)
                return settings
        changed: dict[str, Any] = {setting.key: taken}
        return replace(settings, **changed)

    def _tables(
        self, setting: Setting, given: Mapping[str, Any], keys: tuple[Key, ...], text: str
    ) -> dict[str, dict[str, Any]]:
        """The tables below a setting by name, each with the keys that are right."""
        found: dict[str, dict[str, Any]] = {}
        for name, table in given.items():
            where = f"{setting.key}.{name}"
            place = _place(text, "", where)
            if not any(place):
                place = _place(text, setting.key, name)
            if _NAME.fullmatch(name) is None:
                self._refuse(f"`{name[:60]}` is no name: use letters, digits, `_` and `-`", place)
            elif not isinstance(table, dict):
                self._refuse(f"`{where[:60]}` must be a table: `[{where[:60]}]`", place)
            else:
                found[name] = self._keys(where, cast("dict[str, Any]", table), keys, text)
        return found

    def _keys(
        self, where: str, given: Mapping[str, Any], keys: tuple[Key, ...], text: str
    ) -> dict[str, Any]:
        by_name = {it.key: it for it in keys}
        taken: dict[str, Any] = {}
        for key, value in given.items():
            place = _place(text, where, key)
            known = by_name.get(key)
            if known is None:
                self._refuse(f"`[{where}]` has no key `{key[:60]}`{_near(key, by_name)}", place)
            elif (right := _fitting(known, value)) is None:
                self._refuse(f"`{key}` must be {known.holds}", place)
            else:
                taken[key] = right
        for it in keys:
            if not it.default and it.key not in given:
                self._refuse(f"`[{where}]` needs `{it.key}`", _place(text, "", where))
        return taken

    def _levels(self, before: Mapping[str, Level], given: object, text: str) -> dict[str, Level]:
        levels = dict(before)
        if not isinstance(given, dict):
            self._refuse(f"`rules` must be {_BY_KEY['rules'].holds}", _place(text, "", "rules"))
            return levels
        for name, word in cast("dict[str, Any]", given).items():
            place = _place(text, "rules", name)
            if self._rules is not None and name not in self._rules:
                self._refuse(f"there is no rule `{name[:60]}`{_near(name, self._rules)}", place)
            elif word not in LEVELS:
                self._refuse(f"`{name[:60]}` must be one of {', '.join(LEVELS)}", place)
            else:
                levels[name] = word
        return levels

    def _refuse(self, message: str, place: tuple[int, int, int]) -> None:
        self._problems.append(Problem(message, *place, self.where))


def _parsed(text: str, problems: list[Problem]) -> dict[str, Any]:
    if not text.strip():
        return {}
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _AT.search(str(error))
        line, column = (int(it or 1) - 1 for it in found.groups()) if found else (0, 0)
        if found and found[1] is None:
            line = text.rstrip("\n").count("\n")
        reason = _AT.sub("", str(error))
        problems.append(Problem(f"this is no TOML: {reason}", line, column, column + 1))
    except (RecursionError, ValueError):
        problems.append(Problem("this is no TOML that can be read: it is nested too deeply"))
    return {}


def _place(text: str, table: str, key: str) -> tuple[int, int, int]:
    """Where a key of a table is written: tomllib does not say. Line, column and end; zeros if nowhere."""
    within = ""
    for number, line in enumerate(text.splitlines()):
        head = _TABLE.match(line)
        if head is not None:
            within = head[1]
            if not table and key in (within, within.split(".")[0]):
                return number, head.start(1), head.start(1) + len(key)
            continue
        found = _KEY.match(line)
        if found is not None and within == table and found[1] == key:
            return number, found.start(1), found.end(1)
    return 0, 0, 0


def _fitting(key: Key, value: object) -> object:
    """The value as it is kept; None where it is of another kind."""
    match key.kind, value:
        case ("text", str()) | ("flag", bool()) | ("sandbox", "degraded" | "strict"):
            return value
        case "count", int() if not isinstance(value, bool) and value > 0:
            return value
        case "words", _:
            return _words(value)
        case "size", _:
            return _bytes(value)
        case "duration", str() if (found := _DURATION.fullmatch(value.strip())) is not None:
            return float(found[1]) * _SECONDS[found[2]] or None
        case _:
            return None


def _bytes(value: object) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value if value > 0 else None
    found = _SIZE.fullmatch(value.strip()) if isinstance(value, str) else None
    size = int(found[1]) * _UNITS[(found[2] or "").lower()] if found is not None else 0
    return size or None


def _words(value: object) -> tuple[str, ...] | None:
    given = cast("list[object]", value) if isinstance(value, list) else None
    if given is None or not all(isinstance(it, str) for it in given):
        return None
    return tuple(str(it) for it in given)


def _from_variable(setting: Setting, value: str) -> object:
    if setting.kind == "flag":
        words = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
        return words.get(value.lower(), value)
    if setting.kind in {"words", "databases"}:
        return [it.strip() for it in value.split(",") if it.strip()]
    return value


def _known_in_editor(given: dict[str, Any]) -> dict[str, Any]:
    """What an editor sends: keys in its own spelling, nulls for what is not set, and its own settings."""
    spelled = {
        re.sub("([A-Z])", lambda it: f"_{it[1].lower()}", key): it for key, it in given.items()
    }
    return {key: it for key, it in spelled.items() if key in _BY_KEY and it is not None}


def _near(word: str, among: Collection[str]) -> str:
    close = difflib.get_close_matches(word[:60], list(among), n=1)
    return f"; did you mean `{close[0]}`?" if close else ""


def rows() -> Iterator[tuple[str, str, str, str]]:
    """Key, what it holds, default, and meaning of every setting, for the reference page."""
    for it in SETTINGS:
        variable = f" Overridden by `{it.variable}`." if it.variable else ""
        yield f"`{it.key}`", it.holds, f"`{it.default}`", f"{it.doc}{variable}"


def key_rows(keys: tuple[Key, ...]) -> Iterator[tuple[str, str, str, str]]:
    """The same for the keys of a table."""
    for it in keys:
        yield f"`{it.key}`", it.holds, f"`{it.default}`" if it.default else "(needed)", it.doc
