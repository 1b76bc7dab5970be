"""Tests of the features of the language server, one file for each."""
