import pytest

from standfirst.demo.pictures import SCENES
from standfirst.demo.writing import BadContent, blocks_of, pictures_words, table_of, texts_in

pytestmark = pytest.mark.one_database


def blocks(markdown: str) -> list[dict[str, object]]:
    return blocks_of(markdown, pictures={"ferry": 7, "storm": 8}, stories={"herring": 42})


def test_paragraphs_and_lists_become_one_text() -> None:
    found = blocks("One *two*.\n\nThree [four](https://example.org/).\n\n- five\n- six")

    assert [block["type"] for block in found] == ["text"]
    assert found[0]["value"] == (
        '<p>One <em>two</em>.</p><p>Three <a href="https://example.org/">four</a>.</p>'
        "<ul>\n<li>five</li>\n<li>six</li>\n</ul>"
    )


def test_html_in_a_text_stays_text() -> None:
    assert blocks("a <script>b</script>")[0]["value"] == "<p>a &lt;script&gt;b&lt;/script&gt;</p>"


def test_a_quotations_last_line_says_whose_words_they_are() -> None:
    assert blocks("> It goes up.\n> — Lena Osei") == [
        {"type": "quotation", "value": {"text": "<p>It goes up.</p>", "source": "Lena Osei", "source_url": ""}}
    ]


def test_a_column_aligned_to_the_right_holds_numbers() -> None:
    table = blocks("| Mark | Height |\n|---|---:|\n| *First* | 4.18 m |")[0]["value"]

    assert table == {
        "columns": [{"type": "text", "heading": "Mark"}, {"type": "number", "heading": "Height"}],
        "rows": [{"values": ["<p><em>First</em></p>", "4.18 m"]}],
        "caption": "",
    }


def test_a_picture_has_its_own_alt_text_and_the_place_s_caption() -> None:
    place = {"image": 7, "alt_text": pictures_words()["ferry"]["alt"], "decorative": False}

    assert blocks("@picture ferry | wide | On her way.") == [
        {"type": "picture", "value": {"picture": place, "caption": "On her way.", "width": "wide"}}
    ]


def test_lines_that_begin_with_an_at_sign_are_blocks() -> None:
    found = blocks(
        "@gallery ferry, storm\n\n@pull Enough. | Somebody\n\n@related herring\n\n"
        "@embed https://example.org/x | A map | Of the walk\n\n@support Please."
    )

    assert [block["type"] for block in found] == ["gallery", "pull_quote", "related_story", "embed", "support_call"]
    assert found[2]["value"] == {"story": 42}
    assert found[3]["value"] == {"url": "https://example.org/x", "title": "A map", "caption": "Of the walk"}


@pytest.mark.parametrize("line", ["@picture whale", "@related tomorrow", "@dance", "@gallery ferry, whale"])
def test_a_name_that_nothing_has_is_an_error(line: str) -> None:
    with pytest.raises(BadContent):
        blocks(line)


def test_every_picture_has_a_scene_and_every_scene_its_words() -> None:
    assert set(pictures_words()) == set(SCENES)


def test_addresses_in_the_sample_lead_to_example_org_only() -> None:
    hosts = {
        word.split("/")[2]
        for text in texts_in("stories") + texts_in("pages")
        for word in text.markdown.replace("(", " ").split()
        if word.startswith(("http://", "https://"))
    }

    assert hosts == {"example.org"}


def test_the_accent_colour_is_dark_enough_to_read_on_paper() -> None:
    accent = table_of("publication.toml")["accent"]
    red, green, blue = (int(accent[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4) for part in (red, green, blue)]

    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    assert 1.05 / (luminance + 0.05) >= 4.5
