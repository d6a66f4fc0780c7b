"""``standfirst ledger check | verify [FILE] | reconcile``: exit code 0 if the books are sound, 1 if they are not.

A downloaded file is verified without a site, so nothing of Django is imported before it is needed.
"""

import argparse
from datetime import timedelta
from pathlib import Path

from standfirst.funding.books import ledger_file
from standfirst.web import exits
from standfirst.web.terminal import complain, say

SHOWN_MAX = 20  # findings; a broken ledger has thousands, and the first ones say where to look


def run(arguments: argparse.Namespace) -> int:
    """Do what was asked for."""
    if arguments.act == "verify" and arguments.file is not None:
        return verify_file(arguments.file)
    from standfirst.web.processes.readiness import unready

    wrong = unready()
    if wrong:
        complain(str(wrong))
        return exits.NOT_READY
    if arguments.act == "reconcile":
        return reconcile(arguments.days)
    return {"check": check, "verify": verify}[arguments.act]()


def check() -> int:
    """Print every rule that the books break."""
    from standfirst.funding.books import checking

    return _told([f"{each.rule}: {each.where}" for each in checking.check()], fine="The books tell one story.")


def verify() -> int:
    """Recompute the chain of the database."""
    from standfirst.funding.books import chain

    end = chain.end()
    found = [f"row {problem.number}: {problem.wrong}" for problem in chain.problems()]
    return _told(found, fine=f"The chain is whole: {end.number:,} rows, it ends with {end.hash}.")


def verify_file(path: Path) -> int:
    """Recompute the hashes of a downloaded file."""
    try:
        checked = ledger_file.check(path)
    except (OSError, ledger_file.UnreadableFile) as error:
        complain(f"{path} cannot be verified: {error}")
        return exits.FAILED
    rows = f"{checked.rows:,} rows between {checked.first} and {checked.last.number}"
    found = [f"row {problem.number}: {problem.wrong}" for problem in checked.problems]
    return _told(found, fine=f"The file is whole: {rows}; the last hash is {checked.last.hash}.")


def reconcile(days: int) -> int:
    """Compare with the payment service and print the differences."""
    from standfirst.funding.payments import reconciling
    from standfirst.funding.providers import registry
    from standfirst.kit.errors import Refusal

    try:
        found = reconciling.compare(registry.ONLINE, since=timedelta(days=days))
    except Refusal as refusal:
        complain(str(refusal))
        return exits.FAILED
    differences = [each.words() for each in reconciling.differences_of(found)]
    return _told(differences, fine=f"The ledger is what {found.provider} moved: {found.compared:,} movements compared.")


def _told(found: list[str], *, fine: str) -> int:
    for line in found[:SHOWN_MAX]:
        complain(line)
    if len(found) > SHOWN_MAX:
        complain(f"… and {len(found) - SHOWN_MAX:,} more")
    if not found:
        say(fine)
    return exits.FAILED if found else exits.FINE
