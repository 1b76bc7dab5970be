"""Vesper: the language server and MCP tools around `.vsp` documents."""

__version__ = "0.1.0"
