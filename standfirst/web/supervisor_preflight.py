"""What is checked and made before a site is served, in a process that ends and frees its memory.

    python -m standfirst.web.supervisor_preflight
"""

import sys

from standfirst.web import exits, static_files
from standfirst.web.readiness import unready


def main() -> int:
    """Refuse a site that cannot be served; collect the static files if an upgrade changed them."""
    wrong = unready()
    if wrong:
        print(f"standfirst: {wrong}", file=sys.stderr)
        return exits.NOT_READY
    try:
        if static_files.ensure_collected():
            print("The static files were collected anew for this version.", flush=True)
    except OSError as error:
        print(f"standfirst: the static files cannot be written: {error}", file=sys.stderr)
        return exits.FAILED
    return exits.FINE


if __name__ == "__main__":
    sys.exit(main())
