"""The wheel, as a stranger installs it: outside the clone, in an environment of its own."""

import os
import shutil
import subprocess
import sys
import urllib.request
import zipfile
from pathlib import Path

import pytest

from standfirst.testing.sites import clean_environment, free_port, until

ROOT = Path(__file__).resolve().parent.parent
PACKAGE_DATA = ("templates", "static", "locale")
STOP_SECONDS_MAX = 10

pytestmark = [pytest.mark.slow, pytest.mark.one_database]


def uv() -> str:
    found = os.environ.get("UV") or shutil.which("uv")
    local = ROOT / ".tools" / "bin" / "uv"
    if local.exists():
        return str(local)
    assert found, "bin/setup installs uv"
    return found


def run(*command: str, folder: Path) -> str:
    done = subprocess.run(
        command,
        cwd=folder,
        env=clean_environment({"UV_PYTHON": sys.executable}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    run(uv(), "build", "--wheel", "--quiet", "--out-dir", str(folder), str(ROOT), folder=folder)
    (found,) = folder.glob("*.whl")
    return found


def test_the_wheel_holds_templates_styles_and_translations(wheel: Path) -> None:
    tracked = subprocess.run(["git", "ls-files", "standfirst"], cwd=ROOT, capture_output=True, text=True, check=True)
    wanted = {name for name in tracked.stdout.split() if set(name.split("/")) & set(PACKAGE_DATA)}

    with zipfile.ZipFile(wheel) as archive:
        missing = wanted - set(archive.namelist())

    assert wanted
    assert missing == set()


def test_an_installed_wheel_serves_a_site(wheel: Path, tmp_path: Path) -> None:
    run(uv(), "venv", "--quiet", "venv", folder=tmp_path)
    python = tmp_path / "venv" / "bin" / "python"
    constraints = run(
        uv(), "export", "--quiet", "--locked", "--no-emit-project", "--no-hashes", "--no-dev", folder=ROOT
    )
    (tmp_path / "constraints.txt").write_text(constraints, encoding="utf-8")
    install = [
        uv(),
        "pip",
        "install",
        "--quiet",
        "--compile-bytecode",  # as pip does by itself
        "--python",
        str(python),
        "--constraint",
        "constraints.txt",
        str(wheel),
    ]
    run(*install, folder=tmp_path)
    standfirst = str(tmp_path / "venv" / "bin" / "standfirst")
    port = free_port()

    run(standfirst, "init", "mysite", folder=tmp_path)
    site = tmp_path / "mysite"
    with (tmp_path / "log").open("w") as log:
        served = subprocess.Popen(
            [standfirst, "serve", "--port", str(port)],
            cwd=site,
            env=clean_environment({"STANDFIRST_REHEARSAL_URL": f"http://127.0.0.1:{free_port()}"}),
            stdout=log,
            stderr=log,
        )
    try:
        said = until(lambda: text if "ready at" in (text := (tmp_path / "log").read_text(encoding="utf-8")) else "")
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=30) as response:
            status, page = response.status, response.read().decode()
    finally:
        served.terminate()
        code = served.wait(timeout=STOP_SECONDS_MAX)

    assert status == 200, said
    assert str(ROOT) not in page
    assert code == 0
