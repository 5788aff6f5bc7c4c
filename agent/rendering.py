"""The agent's text as HTML: a fixed set of tags, links only into this console, no images, nothing raw."""

import re
from urllib.parse import urlsplit

import nh3
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

TAGS = {
    *("p", "br", "strong", "em", "s", "code", "pre", "blockquote", "hr", "ul", "ol", "li", "a"),
    *("h1", "h2", "h3", "h4", "table", "thead", "tbody", "tr", "th", "td"),
}
MOST_CELLS = 10_000  # two lines can ask for a table of millions; drawing one would hold up every socket
OWN_PAGE = re.compile(r"/(?![/\\])[^\\\s]*")


def _unlink(state: StateCore) -> None:
    """A link that leads outside becomes its text and the host, so that nobody is led away by a click."""
    for block in state.tokens:
        if block.children is None:
            continue
        kept: list[Token] = []
        outside: list[str] = []  # hosts of open links; a link never holds another
        for token in block.children:
            href = str(token.attrGet("href") or "")
            if token.type == "link_open" and not leads_inside(href):
                outside.append(_host(href))
            elif token.type == "link_close" and outside:
                if host := outside.pop():
                    kept.append(Token("text", "", 0, content=f" ({host})"))
            else:
                kept.append(token)
        block.children = kept


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable("strikethrough").disable("image")
    parser.core.ruler.push("unlink", _unlink)
    return parser


_markdown = _parser().enable("table")
_without_tables = _parser()


def as_html(text: str) -> SafeString:
    """Safe to stand in a page whatever the text says."""
    lines = text.split("\n")
    cells = len(lines) * max(line.count("|") for line in lines)
    html = nh3.clean(
        (_markdown if cells <= MOST_CELLS else _without_tables).render(text),
        tags=TAGS,
        attributes={"a": {"href"}, "ol": {"start"}},
        attribute_filter=_only_own_pages,
        link_rel=None,
        url_schemes=set(),
    )
    return SafeString(html.replace("<table>", '<table class="tb">'))


def leads_inside(href: str) -> bool:
    """Whether a link is a path of this console."""
    return bool(OWN_PAGE.fullmatch(href))


def _host(href: str) -> str:
    try:
        return urlsplit(href).netloc
    except ValueError:
        return ""


def _only_own_pages(tag: str, attribute: str, value: str) -> str | None:
    """Every attribute passes here, also those that the library allows everywhere."""
    if attribute == "href":
        return value if leads_inside(value) else None
    return value if attribute == "start" else None


def clean(text: str) -> str:
    """Text that a database and a browser keep exactly: no NUL, no carriage return, no half of a character."""
    return text.replace("\x00", "").replace("\r", "").encode("utf-8", "replace").decode()
