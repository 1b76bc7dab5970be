"""Measurements of Vesper against what people could use instead."""
