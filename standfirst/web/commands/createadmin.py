"""``standfirst createadmin``: an account that may do everything."""

import argparse
import getpass
import sys
from pathlib import Path

from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from standfirst.web import exits
from standfirst.web.processes.readiness import unready
from standfirst.web.terminal import complain, say

EMAIL_LENGTH_MAX = 150  # it is also the name to sign in with, whose column is that wide
PASSWORD_BYTES_MAX = 4096


class Unusable(Exception):
    """What was given cannot be used; the message says why."""


def run(arguments: argparse.Namespace) -> int:
    """Make the account; nothing is made if the address or the password is not fit."""
    wrong = unready()
    if wrong:
        complain(str(wrong))
        return exits.NOT_READY
    try:
        email = checked_email(arguments.email or asked("E-mail address: ", "--email"))
        password = password_from(arguments)
        create(email, password)
    except Unusable as error:
        complain(str(error))
        return exits.FAILED
    say(f"{email} may now sign in at /desk/ and do everything there.")
    return exits.FINE


def create(email: str, password: str) -> None:
    """Create the account. Unusable if the address is taken or the password is weak."""
    accounts = get_user_model()
    with transaction.atomic():
        if accounts.objects.filter(username__iexact=email).exists():
            raise Unusable(f"{email} has an account already. A new password: standfirst manage changepassword {email}")
        account = accounts(username=email, email=email, is_staff=True, is_superuser=True)
        try:
            validate_password(password, account)
        except ValidationError as error:
            raise Unusable("the password is too weak. " + " ".join(error.messages)) from error
        account.set_password(password)
        account.save()


def checked_email(raw: str) -> str:
    """Return the address, tidied. Unusable if it is none."""
    email = raw.strip()
    try:
        validate_email(email)
    except ValidationError as error:
        raise Unusable(f"{email!r} is no e-mail address.") from error
    if len(email) > EMAIL_LENGTH_MAX:
        raise Unusable(f"the e-mail address is longer than {EMAIL_LENGTH_MAX} characters.")
    return email


def password_from(arguments: argparse.Namespace) -> str:
    """Read the password from where the person said, or ask for it twice."""
    if arguments.password_file:
        return from_file(arguments.password_file)
    if arguments.password_stdin:
        return sys.stdin.readline(PASSWORD_BYTES_MAX).rstrip("\r\n")
    if not sys.stdin.isatty():
        raise Unusable("nobody is here to ask for a password; give it with --password-file or --password-stdin.")
    first, second = getpass.getpass("Password: "), getpass.getpass("Password, again: ")
    if first != second:
        raise Unusable("the two passwords differ.")
    return first


def from_file(path: Path) -> str:
    """Return the first line of ``path``."""
    try:
        with path.open(encoding="utf-8") as file:
            return file.readline(PASSWORD_BYTES_MAX).rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise Unusable(f"{path} cannot be read: {error}") from error


def asked(prompt: str, option: str) -> str:
    """Ask at the terminal. Unusable where there is none."""
    if not sys.stdin.isatty():
        raise Unusable(f"nobody is here to answer; give {option}.")
    return input(prompt)
