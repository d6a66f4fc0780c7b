"""The scripts of a page in one file run as they would apart."""

import pytest
from playwright.sync_api import Browser

from standfirst.web.bundles import bundled

pytestmark = pytest.mark.one_database


def said_by(browser: Browser, script: str) -> list[str]:
    """Return what ``script`` says."""
    page = browser.new_page()
    page.evaluate("globalThis.said = []; globalThis.say = (...words) => said.push(...words.map(String)); 0")
    page.add_script_tag(content=script, type="module")
    page.wait_for_function("said.length > 0")
    said: list[str] = page.evaluate("new Promise((done) => setTimeout(() => done(said)))")
    page.close()
    return said


def together(**modules: str) -> str:
    return bundled("a.js", lambda name: modules[name.removesuffix(".js").replace("/", "_")])


def test_the_same_name_in_two_modules_is_two_things(browser: Browser) -> None:
    script = together(
        a='import { one } from "./b.js";\nconst name = "a";\nsay(name, one());\n',
        b='const name = "b";\nexport function one() {\n  return name;\n}\n',
    )
    assert said_by(browser, script) == ["a", "b"]


def test_other_names_functions_classes_and_what_is_imported_when_it_is_needed_arrive(browser: Browser) -> None:
    script = together(
        a='import { one as other, Two } from "./in/b.js";\n'
        'import("./in/c.js").then((c) => say(other(), new Two().word, c.three));\n',
        in_b='export async function one() {}\nexport class Two {\n  word = "two";\n}\n',
        in_c='import { Two } from "./b.js";\nexport const three = new Two().word + "!";\n',
    )
    assert said_by(browser, script) == ["[object Promise]", "two", "two!"]


def test_what_goes_wrong_in_one_script_holds_up_no_other(browser: Browser) -> None:
    script = together(a='import "./b.js";\nimport "./c.js";\nsay("a");\n', b='throw new Error("b");\n', c='say("c");\n')
    assert said_by(browser, f"globalThis.reportError = () => say('told');\n{script}") == ["told", "c", "a"]
