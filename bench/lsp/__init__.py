"""Measures language servers over stdio, side by side: the same client, documents and keystrokes."""
