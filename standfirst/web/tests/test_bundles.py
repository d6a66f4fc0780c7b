"""The scripts of a page in one file; that they run as they would apart is for a browser to show, see tests/journeys."""

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from standfirst.web.bundles import BUNDLES, NotBundled, bundled

pytestmark = pytest.mark.one_database

ALL_BYTES_MAX = 15_000  # gzipped: everything that a story's page can ever run


def ours(name: str) -> str:
    found = finders.find(name)
    assert found, name
    return Path(found).read_text(encoding="utf-8")


def together(**modules: str) -> str:
    return bundled("a.js", lambda name: modules[name.removesuffix(".js").replace("/", "_")])


@pytest.mark.parametrize("name", BUNDLES)
def test_all_that_a_storys_page_can_run_is_small(name: str) -> None:
    assert len(gzip.compress(bundled(name, ours).encode(), 9)) <= ALL_BYTES_MAX


@pytest.mark.parametrize("name", BUNDLES)
def test_nothing_is_imported_any_more(name: str) -> None:
    assert not re.search(r"\bimport\b|\bexport\b", re.sub(r'"[^"]*"', "", bundled(name, ours)))


def test_what_is_imported_comes_first_and_each_module_once() -> None:
    script = together(
        a='import { b } from "./b.js";\nimport { c } from "./c.js";\nsay("a", b, c);\n',
        b='import { c } from "./c.js";\nsay("b");\nexport const b = c + 1;\n',
        c='say("c");\nexport const c = 1;\n',
    )
    assert re.findall(r'say\("(\w)"', script) == ["c", "b", "a"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('import b from "./b.js";\n', "a.js: import b"),
        ("export { b };\n", "a.js: export { b }"),
        ("export default 1;\n", "a.js: export default"),
        ('const b = await import("./" + name);\n', "a.js: const b = await import("),
        ("say(import.meta.url);\n", "a.js: say(import.meta"),
        ('await fetch("/");\n', "a.js: await fetch"),
        ('import "./b.js";\n', "a.js imports itself by way of b.js"),
    ],
)
def test_what_is_not_known_is_refused(text: str, said: str) -> None:
    with pytest.raises(NotBundled, match=re.escape(said)):
        together(a=text, b='import "./a.js";\n')
