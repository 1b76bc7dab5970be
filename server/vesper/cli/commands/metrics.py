"""`vesper metrics`: what was counted and measured of this workspace's runs, as Prometheus reads it."""

import argparse

from vesper.cli.subcommand import Subparsers

_DESCRIPTION = """\
Print what was counted and measured of the runs of this workspace, by whatever process, in the text
format of Prometheus: runs, durations, errors, divergences, confidence and the split of traffic, and
what steps report with `emit_metric`.
"""
_EPILOG = """\
examples:
  vesper metrics                                  to look at
  vesper metrics > /var/lib/node_exporter/vesper.prom    for Prometheus to collect
"""


def add_parser(subparsers: Subparsers) -> None:
    """Add `vesper metrics`."""
    parser = subparsers.add_parser(
        "metrics",
        help="what was counted of runs, for Prometheus",
        description=_DESCRIPTION,
        epilog=_EPILOG,
    )
    parser.add_argument("--workspace", default=".", metavar="PATH",
                        help="a folder of the workspace (default: this folder)")  # fmt: skip
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the metrics."""
    from vesper.cli.workspaces import opened
    from vesper.execution.exposition import exposed

    with opened(args.workspace) as project:
        print(exposed(project.meters.series()), end="")
    return 0
