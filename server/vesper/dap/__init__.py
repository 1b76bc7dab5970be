"""The debug adapter: what an editor's debugger talks to, over stdin and stdout."""
