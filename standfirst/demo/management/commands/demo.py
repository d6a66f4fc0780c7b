"""``standfirst demo``: fill an empty rehearsal site with a sample publication."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from standfirst.demo.accounts import PASSWORD, known_sign_ins
from standfirst.demo.filling import Filled, fill_site
from standfirst.kit.errors import Refusal

SEED = "ostrey"


class Command(BaseCommand):
    """Fill the site with a sample publication."""

    help = (
        "Fill an empty rehearsal site with The Ostrey Lantern, a harbour town's paper: stories with pictures,"
        " readers' comments, a fund with four months of gifts, and an account for each role."
        " The same seed on the same day makes the same site."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare --seed."""
        parser.add_argument(
            "--seed",
            default=SEED,
            metavar="TEXT",
            help="deals gifts and comments out differently (default: %(default)s)",
        )

    def handle(self, *_: Any, **options: Any) -> None:
        """Fill the site and say where to look at it."""
        try:
            filled = fill_site(seed=options["seed"])
        except Refusal as refusal:
            raise CommandError(f"{refusal} [{refusal.code}]") from refusal
        self.stdout.write(_report(filled))


def _report(filled: Filled) -> str:
    url = settings.BASE_URL
    roles = known_sign_ins()
    wide = max((len(role.sign_in) for role in roles), default=0)
    lines = [
        (
            f"The Ostrey Lantern is set up: {filled.stories} stories, {filled.pictures} pictures,"
            f" {filled.comments} comments ({filled.held} more wait for a moderator), {filled.gifts} gifts."
        ),
        "",
        f"  Site  {url}/",
        f"  Desk  {url}/desk/",
        "",
        f"Sign in on the desk with the password  {PASSWORD}  as",
        *(f"  {role.sign_in:<{wide}}  {role.display_name}: {role.may}" for role in roles),
        "",
        "Pictures appear within a minute or two of `standfirst serve`: its worker brings them to their sizes.",
    ]
    return "\n".join(lines)
