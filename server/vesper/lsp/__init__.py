"""The language server: a `Project` behind the Language Server Protocol."""

from vesper.lsp import vocabulary

vocabulary.load()
