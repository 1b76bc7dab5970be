"""The language server: a `Project` behind the Language Server Protocol."""
