import http.server
import io
import ipaddress
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from standfirst.importers.fetching import Fetcher
from standfirst.importers.progress import Progress
from standfirst.importers.tests.conftest import Import, Written
from standfirst.importers.wordpress.importing import Outcome, WordPressImport
from standfirst.stories.models import FrontPage, Picture, Story

pytestmark = pytest.mark.django_db
LOOPBACK = ipaddress.ip_network("127.0.0.1/32")


class OldSite(http.server.BaseHTTPRequestHandler):
    """The site that the export came from, while it still answers."""

    def do_GET(self) -> None:
        data = io.BytesIO()
        Image.new("RGB", (60, 40), (9, 99, 199)).save(data, "PNG")
        body = b"<script>" if "fake" in self.path else data.getvalue()
        self.send_response(200)
        self.send_header("Content-Type", "image/png")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def old_site() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), OldSite)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def fetch() -> Callable[[Path], Outcome]:
    def run(path: Path) -> Outcome:
        return WordPressImport(path, fetcher=Fetcher(allowed=[LOOPBACK]), progress=Progress(io.StringIO())).run()

    return run


def attachment(number: int, url: str) -> str:
    return (
        f"<item><title>Boat {number}</title><wp:post_id>{number}</wp:post_id><wp:status>inherit</wp:status>"
        f"<wp:post_type>attachment</wp:post_type><wp:attachment_url>{url}</wp:attachment_url></item>\n"
    )


def test_pictures_are_fetched_from_the_old_site(
    founded: FrontPage, write: Written, post: Written, old_site: str, fetch: Callable[[Path], Outcome]
) -> None:
    shown = f'<img src="{old_site}/boat-30x20.png" alt="A boat"> <img src="{old_site}/unlisted.png" alt="Another">'

    outcome = fetch(write(post(1, shown) + attachment(2, f"{old_site}/boat.png")))

    assert outcome.report.taken["pictures"] == 2
    assert [block.block_type for block in Story.objects.get().body] == ["picture", "picture"]
    assert set(Picture.objects.values_list("source_url", flat=True)) == {
        f"{old_site}/boat.png",
        f"{old_site}/unlisted.png",
    }


def test_what_is_no_picture_is_named_and_linked(
    founded: FrontPage, write: Written, post: Written, old_site: str, fetch: Callable[[Path], Outcome]
) -> None:
    path = write(post(1, f'<img src="{old_site}/fake.png" alt="A fake">') + attachment(2, f"{old_site}/fake.png"))

    outcome = fetch(path)

    [left] = outcome.report.left_out()
    assert "none of JPEG, PNG, GIF, WebP and AVIF" in left.reason
    assert Story.objects.get().body[0].value.source == f'<p><a href="{old_site}/fake.png">A fake</a></p>'


def test_the_command_never_fetches_from_inside(
    founded: FrontPage, bring_in: Import, write: Written, post: Written, old_site: str
) -> None:
    path = write(post(1, f'<img src="{old_site}/boat.png" alt="A boat">') + attachment(2, f"{old_site}/boat.png"))

    report = bring_in(path, fetch_media=True)

    assert "the name leads into a private network" in report
    assert not Picture.objects.exists()


def test_nothing_is_fetched_unless_asked(
    founded: FrontPage, bring_in: Import, write: Written, post: Written, old_site: str
) -> None:
    report = bring_in(write(post(1, f'<img src="{old_site}/boat.png" alt="A boat">')))

    assert f"the picture {old_site}/boat.png is missing" in report
