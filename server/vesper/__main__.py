"""`python -m vesper` is the `vesper` command."""

from vesper.cli.main import run

run()
