"""The `vesper` command."""
