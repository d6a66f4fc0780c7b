"""``standfirst doctor``: the check-up, a line a finding."""

import argparse
import json
from dataclasses import asdict

from standfirst.web import exits
from standfirst.web.doctor import checkup
from standfirst.web.doctor.findings import Finding, Grade
from standfirst.web.terminal import say


def run(arguments: argparse.Namespace) -> int:
    """Print what was found; a broken thing makes the exit code 1."""
    findings = checkup.examine()
    if arguments.json:
        say(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        for finding in findings:
            say(shown(finding))
    return exits.FAILED if any(finding.grade is Grade.FAIL for finding in findings) else exits.FINE


def shown(finding: Finding) -> str:
    """Return the finding as a line, and what to do as a second one."""
    line = f"{finding.grade:<4}  {finding.what}: {finding.seen}"
    return f"{line}\n      → {finding.advice}" if finding.advice else line
