"""The one name of argparse that every subcommand needs and that argparse keeps to itself."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse

    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]  # pyright: ignore[reportPrivateUsage]
else:
    Subparsers = Any
