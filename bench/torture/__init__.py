"""Does to a language server what no client should, over real pipes, and tells what became of it."""
