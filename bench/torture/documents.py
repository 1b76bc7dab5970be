"""Trials of the document: deep, exploding, huge; each is answered soon, whatever it is."""

import time
from collections.abc import Iterator
from pathlib import Path

from bench.torture.server import Lost, Server, Target
from bench.torture.trial import Effort, Result, Trial, short

PATIENCE = 20.0
_REFUSAL = 2.0
"""Seconds for a text beyond the limit; most of them go by in the pipe."""
_GROWTH = 50.0
_SOUND = "node_id: pay_v1\ntype: function\nintent: Pay\n"


def nesting() -> Iterator[tuple[str, str]]:
    """Documents that nest: every kind of bracket and block, near the bounds and far beyond."""
    for count in (50, 100, 300, 1_000, 10_000, 100_000):
        yield f"{count:,} [", "metadata: " + "[" * count
        yield f"{count:,} {{", "metadata: " + "{a: " * count
        yield f"{count:,} dashes", "flow:\n  " + "- " * count
        yield f"{count:,} [ closed", "metadata: " + "[" * count + "]" * count
    for count in (50, 300, 2_000):
        yield f"{count:,} levels of keys", "".join(" " * it + "k:\n" for it in range(count))
        yield f"{count:,} levels of lists", "".join(" " * it + "-\n" for it in range(count))
    yield "100,000 parentheses", _contract("(" * 100_000)
    yield "100,000 NOT", _contract("NOT " * 100_000 + "true")
    yield "100,000 additions", _contract("+".join(["1"] * 100_000) + " > 0")
    yield "100,000 braces of a template", f'intent: "{"{" * 100_000}"\n'


def _contract(text: str) -> str:
    return f'inputs:\n  a: integer\ncontracts:\n  preconditions:\n    - "{text}"\n'


def bombs() -> Iterator[tuple[str, str]]:
    """Documents that are small and mean something enormous, or cost much to read."""
    names = "abcdefghij"
    laughs = "".join(
        f"  {name}: &{name} [{', '.join([f'*{names[it - 1]}' if it else 'lol'] * 9)}]\n"
        for it, name in enumerate(names)
    )
    yield "billion laughs", f"metadata:\n{laughs}"
    doubling = "".join(f"  m{it}: &m{it} {{<<: [*m{it - 1}, *m{it - 1}], k{it}: 1}}\n"
                       for it in range(1, 27))  # fmt: skip
    yield "merge keys that double", f"metadata:\n  m0: &m0 {{k: 1}}\n{doubling}"
    yield "an alias to itself", "metadata: &a [*a]\n"
    yield "an alias to its parent", "metadata: &a\n  b: &b {c: *a, d: *b}\n"
    yield (
        "10,000 aliases",
        "metadata:\n  a: &a x\n" + "".join(f"  k{it}: *a\n" for it in range(10_000)),
    )
    yield "10,000 anchors", "metadata:\n" + "".join(f"  k{it}: &a{it} x\n" for it in range(10_000))
    yield "10,000 equal keys", "metadata:\n" + "  k: 1\n" * 10_000
    yield "10,000 top-level keys", "".join(f"k{it}: 1\n" for it in range(10_000))
    yield "2,000-character keys", "".join(f"{'k' * 2000}{it}: 1\n" for it in range(200))
    yield "a key of a megabyte", f"{'k' * 1_000_000}: 1\n"
    yield "a value of a megabyte", f"intent: {'v' * 1_000_000}\n"
    yield "a line of a megabyte in quotes", f'intent: "{"v " * 500_000}"\n'
    yield "a quote that never ends", 'intent: "' + "line\n  " * 20_000
    yield "an odd quote in each line", "flow:\n" + '  - step: "a\n    operation: b\n' * 5_000
    yield "20,000 tabs", "inputs:\n" + "\tname: string\n" * 20_000
    yield "20,000 document markers", "---\n" * 20_000
    yield "20,000 conflict markers", "<<<<<<< a\n=======\n>>>>>>> b\n" * 6_700
    yield "a pattern that backtracks", 'inputs:\n  a:\n    type: string\n    default: "' + "a" * 40 + (
        '!"\n    constraints:\n      - pattern: "^(a+)+$"\n')  # fmt: skip
    yield "an exponent of nine digits", "inputs:\n  a: {type: decimal, default: 1e999999999}\n"
    yield "a number of 5,000 digits", f"inputs:\n  a: {{type: integer, default: {'9' * 5000}}}\n"
    types = (
        f"  T{it}: {{fields: {{a: T{(it + 1) % 500}, b: T{it * 7 % 500}}}}}" for it in range(500)
    )
    yield "types that hold themselves", "types:\n" + "\n".join(types) + "\n"
    yield "a sum of 4,000 names", _contract(" + ".join(["a"] * 4_000) + " > 0")


def _each(target: Target, folder: Path, documents: list[tuple[str, str]], limit: float) -> Result:
    """Every document is opened and asked for its symbols; the last one tells that the server lives."""
    faults: list[str] = []
    slowest, name_of_slowest = 0.0, ""
    server = Server(target, folder)
    try:
        server.initialize()
        for number, (name, text) in enumerate(documents):
            begun = time.monotonic()
            said = ""
            try:
                uri = server.open(f"d{number}.vsp", text)
                server.about(uri, "documentSymbol", seconds=PATIENCE)
                server.diagnostics(uri, PATIENCE)
                server.close(uri)
            except Lost as lost:
                said = str(lost)
            took = time.monotonic() - begun
            if took > slowest:
                slowest, name_of_slowest = took, name
            if said or took > limit:
                faults.append(f"{name}: {said or short(took)}")
            if said:
                server.__exit__(None, None, None)
                server = Server(target, folder)
                server.initialize()
    finally:
        server.__exit__(None, None, None)
    done = len(documents) - len(faults)
    return Result(
        f"{done} of {len(documents)}, slowest {short(slowest)} ({name_of_slowest})", faults
    )


def _nesting(target: Target, folder: Path, _: Effort) -> Result:
    return _each(target, folder, list(nesting()), 1.0)


def _bombs(target: Target, folder: Path, _: Effort) -> Result:
    return _each(target, folder, list(bombs()), 1.0)


def _megabyte() -> dict[str, str]:
    return {
        "many keys": "metadata:\n" + "".join(f"  key_{it}: {it}\n" for it in range(60_000)),
        "a list in one line": f"metadata: [{', '.join(['item'] * 170_000)}]\n",
        "one text": f'intent: "{"word " * 200_000}"\n',
    }


def _one_megabyte(target: Target, folder: Path, _: Effort) -> Result:
    faults: list[str] = []
    said: list[str] = []
    for name, text in _megabyte().items():
        took, grown, fault = _opened(target, folder, text)
        said.append(f"{name} {short(took)}")
        if fault or took > 1.0:
            faults.append(f"{name}: {fault or short(took)}, +{grown:.0f} MB")
    return Result(", ".join(said), faults)


def _opened(target: Target, folder: Path, text: str) -> tuple[float, float, str]:
    """Seconds until symbols and diagnostics of a text are there, MB grown for good, and a fault."""
    with Server(target, folder) as server:
        server.initialize()
        server.diagnostics(server.open("small.vsp", _SOUND))
        before = server.memory()
        begun = time.monotonic()
        try:
            uri = server.open("large.vsp", text)
            server.diagnostics(uri, PATIENCE)
            server.about(uri, "documentSymbol", seconds=PATIENCE)
        except Lost as lost:
            return time.monotonic() - begun, 0, str(lost)
        return time.monotonic() - begun, server.memory() - before, ""


def _beyond_the_limit(target: Target, folder: Path, _: Effort) -> Result:
    """10 and 100 MB: refused or answered soon, with little memory, and others are served meanwhile."""
    faults: list[str] = []
    said: list[str] = []
    for size in (10, 100):
        text = "metadata:\n" + "  key: value\n" * (size * 80_000)
        with Server(target, folder) as server:
            server.initialize()
            other = server.open("small.vsp", _SOUND)
            server.diagnostics(other)
            before = server.memory()
            begun = time.monotonic()
            try:
                server.open("large.vsp", text)
                server.about(other, "documentSymbol", seconds=60)
            except Lost as lost:
                faults.append(f"{size} MB: {lost}")
                continue
            took = time.monotonic() - begun
            grown = server.memory() - before
        said.append(f"{size} MB: {short(took)}, +{grown:.0f} MB")
        if took > _REFUSAL or grown > _GROWTH:
            faults.append(f"{size} MB: {short(took)}, +{grown:.0f} MB")
    return Result("; ".join(said), faults)


def _many_problems(target: Target, folder: Path, _: Effort) -> Result:
    with Server(target, folder) as server:
        server.initialize()
        uri = server.open("a.vsp", _SOUND + "".join(f"unknown_{it}: 1\n" for it in range(20_000)))
        begun = time.monotonic()
        try:
            found = server.diagnostics(uri, 60)
        except Lost as lost:
            return Result(str(lost), [str(lost)])
    last = found[-1]["message"] if found else "none"
    is_counted = len(found) <= 1001 and "more problems" in last
    said = f"{len(found):,} told in {short(time.monotonic() - begun)}"
    return Result(said, [] if is_counted else [f"the last one says: {last[:80]}"])


TRIALS = (
    Trial(f"{len(list(nesting()))} nesting documents", "each < 1 s", _nesting),
    Trial(f"{len(list(bombs()))} bombs", "each < 1 s", _bombs),
    Trial("1 MB documents", "each <= 1 s", _one_megabyte),
    Trial("10 and 100 MB documents", "refused, others served, < +50 MB", _beyond_the_limit),
    Trial("20,000 problems in one document", '<= 1,000 "and N more"', _many_problems),
)
