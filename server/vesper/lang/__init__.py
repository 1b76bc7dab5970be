"""One document: text in, values out. No I/O, no clock, no threads."""
