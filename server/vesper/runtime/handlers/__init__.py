"""The handlers between an engine and the providers, one file each; `stack` puts them together."""
