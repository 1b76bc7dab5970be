"""Runs of a workspace's nodes: kept in its journal, resumed, replayed, tested, debugged."""
