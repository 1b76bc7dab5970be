"""One file per subcommand of `vesper`."""
