"""The sample's sign-ins are left for ``serve`` to print, and for nobody else to read."""

from pathlib import Path

import pytest

from standfirst.demo.accounts import PASSWORD
from standfirst.web.commands import demo


@pytest.mark.django_db
def test_the_file_with_the_sign_ins_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "sign-ins.txt"

    demo.leave_word(path)

    assert PASSWORD in path.read_text(encoding="utf-8")
    assert path.stat().st_mode & 0o777 == 0o600
