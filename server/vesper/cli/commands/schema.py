"""`vesper schema`: the JSON Schema of documents or role files."""

import argparse

from vesper.cli.subcommand import Subparsers

_EPILOG = """\
examples:
  vesper schema > vsp.schema.json       for editors and validators that read JSON Schema
  vesper schema role                    the schema of role files

The schema knows keys and forms. Names, types and expressions only `vesper check` understands.
"""


def add_parser(subparsers: Subparsers) -> None:
    """Add `vesper schema`."""
    parser = subparsers.add_parser(
        "schema",
        help="print the JSON Schema of documents",
        description="Print the JSON Schema (2020-12) of .vsp documents, or of role files.",
        epilog=_EPILOG,
    )
    parser.add_argument("kind", nargs="?", metavar="KIND", choices=("vsp", "role"), default="vsp",
                        help="vsp for documents, role for role files (default: vsp)")  # fmt: skip
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the schema."""
    import json

    from vesper.lang.schema import json_schema

    # ASCII, so that it is valid JSON on a console of any encoding.
    print(json.dumps(json_schema(args.kind), indent=2))
    return 0
