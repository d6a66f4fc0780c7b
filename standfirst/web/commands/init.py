"""``standfirst init DIR``: a site folder with its settings, keys, database and static files."""

import argparse
import os
from pathlib import Path

from standfirst.kit.env import FILE_NAME, Env, Setting
from standfirst.web import cli, configuration, exits, secrets_file
from standfirst.web.terminal import complain, say

HEADING = """\
# The settings of this site, one NAME=value a line. Each line below shows the default;
# to change it, remove the # and write your own. What stands in the process environment
# goes before what stands here. Keep this file private: it may hold passwords.
"""


def run(arguments: argparse.Namespace) -> int:
    """Make the site folder; what is there already stays as it is."""
    folder = Path(arguments.folder).resolve()
    wrong = make_folder(folder)
    if wrong:
        complain(str(wrong))
        return exits.USAGE
    os.environ["STANDFIRST_SITE"] = str(folder)
    config = configuration.read(folder)
    config.data.mkdir(mode=0o750, parents=True, exist_ok=True)
    secrets_file.secret(config.data, "secret_key")
    if not embedded(config):
        say(f"{folder} is ready. It uses the database that DATABASE_URL names; next: standfirst migrate")
        return exits.FINE
    cli.load_django()
    # Only now: it needs Django.
    from standfirst.web.commands import migrate

    done = migrate.run(arguments)
    if done == exits.FINE:
        there = "" if folder == Path.cwd() else f"cd {arguments.folder} && "
        say(f"{folder} is ready. Next: {there}standfirst serve")
    return done


def make_folder(folder: Path) -> str | None:
    """Make ``folder`` with its settings file; return in one sentence why that cannot be."""
    file = folder / FILE_NAME
    try:
        if folder.exists() and not folder.is_dir():
            return f"{folder} is a file; name a folder that does not exist yet or is empty."
        if folder.is_dir() and not file.exists() and any(folder.iterdir()):
            return f"{folder} holds other things and is no site; name a folder that does not exist yet or is empty."
        folder.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            write_private(file, settings_file(configuration.read(folder).env))
    except OSError as error:
        return f"{folder} cannot be made: {error.strerror}"
    return None


def settings_file(env: Env) -> str:
    """Return the text of ``standfirst.env``: every setting with its help and its default, as comments."""
    return HEADING + "".join(f"\n{entry(setting)}" for setting in env.declared.values())


def entry(setting: Setting) -> str:
    """Return the lines that show one setting."""
    return f"# {setting.help}\n# Expected: {setting.expected}.\n# {setting.name}={setting.default}\n"


def write_private(path: Path, text: str) -> None:
    """Write ``text`` to the new file ``path`` that only its owner may read."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)


def embedded(config: configuration.Configuration) -> bool:
    """Say whether the site keeps its data in the embedded SQLite."""
    return str(config.database["ENGINE"]).endswith("sqlite3")
