"""The command line: ``standfirst COMMAND``.

Only argparse is loaded here, so that ``--help`` answers at once; a command's module, and
Django where it needs Django, are loaded when it runs.
"""

import argparse
import contextlib
import gc
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from standfirst.kit.env import FILE_NAME, BadSetting
from standfirst.web import exits
from standfirst.web.terminal import complain

PORT_MAX = 65_535
DAYS_MAX = 3_650  # ten years; a payment service keeps no longer lists
SETTINGS_MODULE = "standfirst.web.settings"

DESCRIPTION = """\
Standfirst publishes a newspaper's stories, shows what readers give for it, and hosts what they say.

A site is a folder with the file standfirst.env. Every command but init acts on the site folder that it is
started in, or on --site DIR."""

EPILOG = """\
first steps:
  standfirst init mysite      make a site folder with its database
  cd mysite
  standfirst createadmin      make the account that may do everything
  standfirst serve            serve it at http://127.0.0.1:8000/

Exit codes: 0 fine, 1 failed, 2 wrong usage or setting, 3 port taken, 4 database missing or not migrated,
5 this site is running already."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command: its line of help, its arguments, and whether it needs Django."""

    name: str
    help: str
    arguments: Callable[[argparse.ArgumentParser], None]
    django: bool = True
    site: bool = True
    passes_on: bool = False  # what argparse does not know goes to a management command, --help too


def _none(_parser: argparse.ArgumentParser) -> None:
    pass


def _init(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", nargs="?", default=".", metavar="DIR", help="the folder to make (default: this one)")


def _serve(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=_port, default=8000, help="port to listen on (default: %(default)s)")


def _port(raw: str) -> int:
    try:
        port = int(raw)
    except ValueError:
        port = 0
    if not 1 <= port <= PORT_MAX:
        raise argparse.ArgumentTypeError(f"expected a port from 1 to 65535, got {raw!r}")
    return port


def _import(parser: argparse.ArgumentParser) -> None:
    sources = parser.add_subparsers(dest="source", metavar="SOURCE", required=True)
    for source, line in SOURCES.items():
        sources.add_parser(source, help=line, add_help=False, allow_abbrev=False)


def _createadmin(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--email", help="its address, with which the person signs in; asked for if not given")
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--password-file", type=Path, metavar="FILE", help="read the password from this file")
    source.add_argument("--password-stdin", action="store_true", help="read the password from standard input")


def _doctor(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")


def _ledger(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", metavar="WHAT", required=True)
    for act, line in LEDGER_ACTS.items():
        each = acts.add_parser(act, help=line, description=f"{line[0].upper()}{line[1:]}.")
        each.add_argument("--site", type=Path, metavar="DIR", default=argparse.SUPPRESS, help="the site folder")
        if act == "verify":
            each.add_argument(
                "file", nargs="?", type=Path, metavar="FILE", help="a file from the public ledger; it needs no site"
            )
        if act == "reconcile":
            each.add_argument("--days", type=_days, default=45, help="how far back (default: %(default)s)")


def _days(raw: str) -> int:
    if not (raw.isascii() and raw.isdigit()) or not 1 <= int(raw) <= DAYS_MAX:
        raise argparse.ArgumentTypeError(f"expected a number of days from 1 to {DAYS_MAX}, got {raw!r}")
    return int(raw)


LEDGER_ACTS = {
    "check": "check that payments, refunds, sums, periods and chain tell one story",
    "verify": "recompute every hash of the chain: of the database, or of a file that was downloaded",
    "reconcile": "compare with what the payment service moved, and count what was missed",
}


def _mail(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", metavar="WHAT", required=True)
    for act, (line, argument) in MAIL_ACTS.items():
        each = acts.add_parser(act, help=line, description=f"{line[0].upper()}{line[1:]}.")
        each.add_argument("--site", type=Path, metavar="DIR", default=argparse.SUPPRESS, help="the site folder")
        each.add_argument(argument, metavar=argument.upper())


MAIL_ACTS = {
    "suppress": ("send nothing to an address any more", "address"),
    "release": ("let letters go to an address again", "address"),
    "bounces": ("suppress the addresses of a file: a mail service's report as JSON, or an address a line", "report"),
}


def _rehearsal(parser: argparse.ArgumentParser) -> None:
    what = parser.add_subparsers(dest="what", metavar="WHAT")
    moved = what.add_parser("clock", help="move the clock of a site in rehearsal, or show it")
    moved.add_argument("step", nargs="?", default="", metavar="STEP", help="+30d, +2h, +15m, +1w, or now to go back")


SOURCES = {"wordpress": "a WordPress export (WXR): standfirst import wordpress --help lists its options"}

COMMANDS = (
    Command("init", "make a site folder: settings, keys, database", _init, django=False, site=False),
    Command("serve", "run the site: web, worker and scheduler together", _serve, django=False),
    Command("demo", "fill the site with a sample publication", _none, passes_on=True),
    Command("import", "bring in stories, pictures and comments from another system", _import, passes_on=True),
    Command("createadmin", "make an account that may do everything", _createadmin),
    Command("rehearsal", "show or move the clock of a site that takes no real money", _rehearsal, django=False),
    Command("doctor", "check the site and say what to do", _doctor),
    Command("ledger", "prove the books: check, verify, reconcile", _ledger),
    Command("mail", "addresses that get no mail: suppress, release, bounces", _mail),
    Command("migrate", "bring the database and the static files up to this version", _none),
    Command("manage", "run one of Django's management commands", _none, passes_on=True),
)


MODULES = {"import": "bring_in"}  # ``import`` is no name for a module


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    plain = argparse.RawDescriptionHelpFormatter
    whole = argparse.ArgumentParser("standfirst", description=DESCRIPTION, epilog=EPILOG, formatter_class=plain)
    whole.add_argument("--version", action="version", version=f"standfirst {version('standfirst')}")
    commands = whole.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in COMMANDS:
        _add(commands, command)
    return whole


def parser_of(command: Command) -> argparse.ArgumentParser:
    """Return the parser of one command."""
    return _add(argparse.ArgumentParser("standfirst").add_subparsers(), command)


def _add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", command: Command) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        command.name,
        help=command.help,
        description=f"{command.help[0].upper()}{command.help[1:]}.",
        add_help=not command.passes_on or command.name == "import",
        allow_abbrev=not command.passes_on,
    )
    if command.site:
        parser.add_argument("--site", type=Path, metavar="DIR", help="the site folder (default: this one)")
    command.arguments(parser)
    return parser


class NoSite(Exception):
    """The folder holds no ``standfirst.env``."""


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line and end the process with one of ``standfirst.web.exits``."""
    # Output that a pipe's reader no longer wants is no error.
    with contextlib.suppress(BrokenPipeError):
        sys.exit(run(sys.argv[1:] if argv is None else argv))


def run(argv: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    whole = parser()
    arguments, rest = whole.parse_known_args(argv)
    command = next(each for each in COMMANDS if each.name == arguments.command)
    if rest and not command.passes_on:
        whole.error(f"unrecognized arguments: {' '.join(rest)}")
    arguments.rest = rest
    alone = getattr(arguments, "file", None) is not None  # a downloaded ledger is proven without a site
    try:
        with ExitStack() as stack:
            if command.passes_on and {"--help", "-h"} & set(rest):
                os.environ["STANDFIRST_SITE"] = stack.enter_context(TemporaryDirectory())
            elif command.site and not alone:
                enter_site(arguments.site)
            if command.django and not alone:
                load_django()
            return int(
                import_module(f"standfirst.web.commands.{MODULES.get(command.name, command.name)}").run(arguments)
            )
    except (NoSite, BadSetting) as error:
        complain(str(error))
        return exits.USAGE
    except KeyboardInterrupt:
        complain("interrupted")
        return exits.FAILED


def enter_site(asked: Path | None) -> Path:
    """Find the site folder and make it known to what is loaded afterwards. NoSite if it is none."""
    folder = (asked or Path(os.environ.get("STANDFIRST_SITE") or ".")).resolve()
    if not (folder / FILE_NAME).is_file():
        raise NoSite(
            f"{folder} is no site folder (it holds no {FILE_NAME}). "
            "Go to one, name it with --site DIR, or make it with: standfirst init DIR"
        )
    os.environ["STANDFIRST_SITE"] = str(folder)
    return folder


def load_django() -> None:
    """Load Django with the settings of the site that ``STANDFIRST_SITE`` names.

    What is loaded stays until the process ends, so the search for rubbish passes it by: a sixth
    less time to load, a third less to migrate.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS_MODULE)
    gc.disable()
    try:
        import_module("django").setup()
    finally:
        gc.freeze()
        gc.enable()
