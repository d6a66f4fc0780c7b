"""Hand a command's arguments to the management command that does the work."""

from collections.abc import Sequence

from django.core.management import CommandError, get_commands, load_command_class
from django.core.management.base import BaseCommand
from django.db import DatabaseError

from standfirst.kit.errors import Refusal
from standfirst.web import exits
from standfirst.web.processes.readiness import unready
from standfirst.web.terminal import complain


def pass_on(name: str, arguments: Sequence[str], *, shown: str) -> int:
    """Run the management command ``name``; what it refuses becomes one line and an exit code.

    ``shown`` is what the person typed, for the command's own ``--help``.
    """
    app = get_commands().get(name)
    if app is None:
        complain(f"{shown} is not part of this installation")
        return exits.FAILED
    command = app if isinstance(app, BaseCommand) else load_command_class(app, name)
    try:
        options = vars(command.create_parser("standfirst", shown).parse_args(list(arguments)))
    except CommandError as error:
        complain(f"{shown}: {error}")
        return exits.USAGE
    wrong = unready()
    if wrong:
        complain(str(wrong))
        return exits.NOT_READY
    try:
        command.execute(*options.pop("args", ()), **{**options, "skip_checks": True})
    except (CommandError, Refusal, DatabaseError, OSError) as error:
        complain(f"{shown}: {error}")
        return exits.FAILED
    return exits.FINE
