"""What attackers type: one list for every place where a stranger's words come out again.

``HOSTILE`` is written by ``standfirst.testing.sinks`` into everything that a person can fill in, in every way in
which it can get there, and read at every sink. Add to it whatever once got through somewhere.
"""

MARK = "4711"  # in every script of the list: if it runs, or stands where it could, it is ours

HOSTILE: dict[str, str] = {
    "a closing quote": f"'\"><script>alert({MARK})</script>",
    "a bracket alone": "'\"><",
    "a picture's error": f"<img src=x onerror=alert({MARK})>",
    "a script in a script": f"<scr<script>ipt>alert({MARK})</scr</script>ipt>",
    "math that changes its mind": (
        '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror='
        f'alert({MARK})&gt;">'
    ),
    "a style in a drawing": f"<svg><style><img src=x onerror=alert({MARK})></style></svg>",
    "a drawing that loads": f"<svg/onload=alert({MARK})>",
    "a link to a script": f'<a href="javascript:alert({MARK})">x</a>',
    "a link in entities": f'<a href="&#x6a;avascript:alert({MARK})">x</a>',
    "a link to data": f'<a href="data:text/html,<script>alert({MARK})</script>">x</a>',
    "markdown to a script": f"[x](javascript:alert({MARK}))",
    "markdown in capitals": f"[x](JaVaScRiPt:alert({MARK}))",
    "markdown in entities": f"[x](&#x6a;avascript:alert({MARK}))",
    "markdown with a tab": f"[x](java\tscript:alert({MARK}))",
    "markdown to data": f"[x](data:text/html;base64,{MARK})",
    "markdown with a title": f'[x](https://e.example "onmouseover=alert({MARK})")',
    "an address with quotes": f'https://e.example/"onmouseover="alert({MARK})',
    "an address with apostrophes": f"https://e.example/'><script>alert({MARK})</script>",
    "an address in brackets": f'<https://e.example/"onmouseover=alert({MARK})>',
    "a picture of a script": f"![x](javascript:alert({MARK}))",
    "a picture's description": f'!["><script>alert({MARK})</script>](https://e.example/a.png)',
    "a picture's address": f'https://e.example/a.png"onerror=alert({MARK}).png',
    "code": f"`<script>alert({MARK})</script>`",
    "a fence": f"```\n<script>alert({MARK})</script>\n```",
    "a frame in a quotation": f"> <iframe src=javascript:alert({MARK})>",
    "a style sheet": "<style>*{display:none}</style><link rel=stylesheet href=//e.example>",
    "a form": "<form action=//e.example><input name=password></form>",
    "a base": "<base href=//e.example>",
    "a refresh": "<meta http-equiv=refresh content=0;url=//e.example>",
    "an id of ours": '<p style="position:fixed" class=thread id=comments>x</p>',
    "a template": "{{ settings.SECRET_KEY }} {% debug %} %(name)s ${7*7}",
    "the end of a script": f"</script><script>alert({MARK})</script>",
    "the end of a text area": f"</textarea><script>alert({MARK})</script>",
    "the end of a title": f"</title><script>alert({MARK})</script>",
    "the end of a section": f"]]><script>alert({MARK})</script>",
    "a comment's end": f"--><script>alert({MARK})</script>",
    "an entity of XML": '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>&e;',
    "a percent": "%00<script>%0d%0a",
    "a NUL": "a\0b<script\0>",
    "a line in a log": "fine\r\n2026-11-27 12:00:00 ERROR root: everything is lost",
    "a header": "Ines\r\nBcc: everybody@example.org\r\n\r\nhello",
    "a formula": f"=cmd|' /C calc'!A0+{MARK}",
    "a formula with a plus": "+1+1",
    "a formula with a minus": "-2+3",
    "a formula with an at": "@SUM(1+1)",
    "a formula behind a tab": "\t=1+1",
    "turned letters": "\u202egnp.exe\u2066 \u2069",
    "nothing to see": "a\u200b\u200d\ufeffb",
    "many marks": "a" + "\u0301" * 100,
    "one word": "x" * 2_000,
    "many lines": "a" + "\n" * 2_000 + "b",
    "half a letter": "\ud800 \udfff",
    "from the right": "שלום Ines عليكم",
    "a letter like another": "Еditor",
    "a separator of lines": "a\u2028b\u2029c\x85d",
}
