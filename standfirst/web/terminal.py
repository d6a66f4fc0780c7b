"""What the command line says: results on standard output, everything else on standard error."""

import sys


def say(line: str) -> None:
    """Write a line that was asked for."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def complain(line: str) -> None:
    """Write a line about what went wrong or what is going on, under the program's name."""
    sys.stderr.write(f"standfirst: {line}\n")
    sys.stderr.flush()
