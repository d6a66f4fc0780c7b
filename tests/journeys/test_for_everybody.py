"""What holds on every page: axe finds nothing, nobody else is asked, the console is silent."""

import re
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.one_database,  # what a page looks like and whom it asks is the same on either database
]

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
PAGES = {
    "front page": "/",
    "story": "{story}",
    "support form": "/support/",
    "search": "/search/?q=harbour",
    "sign-in": "/desk/login/",
    "readers' sign-in": "/account/sign-in/",
    "my comments": "/discussion/mine/",
}
RUN = """async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  return found.violations.flatMap((rule) => rule.nodes.map((node) =>
    `${rule.id} (${rule.impact}): ${node.target.join(" ")}: ${node.failureSummary.replace(/\\s+/g, " ")}`));
}"""


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(site, visitor, name: str, scheme: str, width: int) -> None:
    path = PAGES[name].format(story=site.path("watched"))
    page = visitor(path, color_scheme=scheme, viewport={"width": width, "height": 800})

    page.evaluate(AXE)

    assert page.evaluate(RUN) == []


@pytest.mark.parametrize("width", [360, 1280])
def test_no_page_is_wider_than_its_window(site, visitor, width: int) -> None:
    page = visitor(viewport={"width": width, "height": 800})
    wide = []
    for path in PAGES.values():
        page.goto(path.format(story=site.path("watched")))
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wide.append(path)

    assert wide == []


def test_no_public_page_asks_another_host_or_complains(site, visitor, watch) -> None:
    watch.expected.append("404")  # for the page that is not there
    page = visitor("/")
    listed = " ".join(page.request.get(f"/sitemaps/{part}.xml").text() for part in ("2021", "2026", "pages"))
    stories = [url.removeprefix(site.url) for url in re.findall(r"<loc>(.*?)</loc>", listed)]
    links = page.locator("a[href^='/']").evaluate_all("all => all.map((each) => each.getAttribute('href'))")
    page.goto(site.path("imported"))
    links += page.locator("a[href^='/']").evaluate_all("all => all.map((each) => each.getAttribute('href'))")

    paths = sorted({path.partition("#")[0] for path in (*stories, *links)} - {"/feed/"} | {"/not/here/"})
    for path in paths:
        page.goto(path)

    assert len(paths) > 20
    assert watch.problems == []
