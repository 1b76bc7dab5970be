"""The files of a workspace: which ones are documents, and where the workspace begins."""
