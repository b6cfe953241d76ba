"""Runs the program that this package holds."""

import os
import pathlib
import sys

PROGRAM = pathlib.Path(__file__).resolve().parent / "bin" / "metalr"


def main() -> None:
    """Becomes the program, with the same arguments."""
    os.execv(PROGRAM, ["metalr", *sys.argv[1:]])
