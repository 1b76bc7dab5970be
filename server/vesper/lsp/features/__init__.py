"""One file per feature of the Language Server Protocol."""
