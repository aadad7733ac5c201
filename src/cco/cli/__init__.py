"""The command line ``cco``: a light front that says what there is, and modules that do it."""

from cco.cli.front import main

__all__ = ["main"]
