"""``standfirst import wordpress FILE``."""

import argparse
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from standfirst.importers.fetching import Fetcher
from standfirst.importers.progress import Progress
from standfirst.importers.shelf import Shelf
from standfirst.importers.wordpress.importing import Outcome, WordPressImport
from standfirst.kit.errors import Refusal

INTERRUPTED = 130  # what a shell reports for Ctrl-C


class Command(BaseCommand):
    """Bring in a WordPress export."""

    help = """\
Bring in a WordPress export: stories, pages, pictures, authors, sections, topics and comments.

Make the export in WordPress under Tools, Export, All content. It holds no pictures: copy the folder
wp-content/uploads of the old site and name it with --media. Pictures that are not there can be
fetched from the old site with --fetch-media while it still answers.

First the whole file is checked; a broken one is refused with the line that is wrong, and nothing
is written. Then each story is brought in by itself. You can stop at any time and run the same
command again: it goes on where it stopped, and what came in before is left as it is. Stories
that came in without their pictures get them once --media has them, unless they were edited here.

At the end a report lists what came in, and each thing that did not, with the reason.
The exit code is 0 when the file was brought in, 1 when it was refused."""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Keep the paragraphs of the help."""
        return super().create_parser(
            prog_name, subcommand, formatter_class=argparse.RawDescriptionHelpFormatter, **kwargs
        )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the file and the options."""
        parser.add_argument("file", type=Path, metavar="FILE", help="the export, an .xml file")
        parser.add_argument(
            "--media", type=Path, metavar="DIR", help="a copy of wp-content/uploads, where the pictures are taken from"
        )
        parser.add_argument(
            "--fetch-media",
            action="store_true",
            help="fetch pictures that are not in --media from the web; never from private networks",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would come in, and write nothing; nothing is fetched"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run the import and print its report. CommandError for a refused file."""
        dry_run = options["dry_run"]
        progress = Progress(sys.stderr)
        try:
            run = WordPressImport(
                options["file"],
                shelf=Shelf(options["media"]) if options["media"] else None,
                fetcher=Fetcher() if options["fetch_media"] and not dry_run else None,
                dry_run=dry_run,
                progress=progress,
            )
            outcome = run.run()
        except Refusal as refusal:
            progress.end()
            raise CommandError(f"{refusal} [{refusal.code}]") from refusal
        except KeyboardInterrupt as interrupt:
            progress.end()
            raise CommandError(
                "Interrupted. What came in stays; run the same command again to go on.", returncode=INTERRUPTED
            ) from interrupt
        self._print(outcome, dry_run=dry_run)

    def _print(self, outcome: Outcome, *, dry_run: bool) -> None:
        survey, report = outcome.survey, outcome.report
        self.stdout.write(f"“{survey.title or survey.source}”, a WordPress export of version {survey.version}")
        self.stdout.write("")
        for line in report.lines(dry_run=dry_run):
            self.stdout.write(line)
        self.stdout.write("")
        if dry_run:
            self.stdout.write("This was a dry run: nothing was written.")
        elif report.changed_nothing:
            self.stdout.write("All of it had come in before: nothing was changed.")
        else:
            self.stdout.write("Done.")
