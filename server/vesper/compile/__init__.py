"""A document made into a program, and a program made into readable Python."""
