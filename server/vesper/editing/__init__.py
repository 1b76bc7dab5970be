"""What an editor asks of a document: completion, navigation, renaming, refactoring, formatting."""
