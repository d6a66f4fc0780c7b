"""HTML from elsewhere, reduced to what cannot harm a reader."""

import nh3

HTML_LENGTH_MAX = 500_000  # characters; longer than any story, shorter than what stalls the parser

_TAGS = frozenset(
    "a abbr b bdi bdo blockquote br caption cite code col colgroup dd del details dfn div dl dt em figcaption figure"
    " h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s samp small span strong sub summary sup table"
    " tbody td tfoot th thead time tr u ul var wbr".split()
)
_ATTRIBUTES = {
    "*": {"lang", "dir", "title"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "ol": {"start", "reversed", "type"},
    "time": {"datetime"},
    "blockquote": {"cite"},
    "q": {"cite"},
    "col": {"span"},
    "colgroup": {"span"},
}


def safe_html(html: str) -> str:
    """Return ``html`` without script, style, frames, forms, handlers and pictures of other sites.

    A picture of another site would tell that site who reads: its address stays as a link.
    ValueError above HTML_LENGTH_MAX characters. Idempotent.
    """
    if len(html) > HTML_LENGTH_MAX:
        raise ValueError(f"HTML has {len(html)} characters, {HTML_LENGTH_MAX} are allowed")
    return nh3.clean(
        html,
        tags=set(_TAGS),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener nofollow ugc",
        attribute_filter=_own_pictures_only,
        strip_comments=True,
    )


def _own_pictures_only(tag: str, attribute: str, value: str) -> str | None:
    if tag == "img" and attribute == "src" and not (value.startswith("/") and not value.startswith("//")):
        return None
    return value
