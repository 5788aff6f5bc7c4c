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
OWN_PAGE = re.compile(r"/(?![/\\])[^\\\s]*")


def _unlink(state: StateCore) -> None:
    """A link that leads outside becomes its text and the host, so that nobody is led away by a click."""
    for block in state.tokens:
        if block.children is None:
            continue
        kept: list[Token] = []
        outside: list[str] = []  # hosts of open links; a link never holds another
        for token in block.children:
            if token.type == "link_open" and not OWN_PAGE.fullmatch(str(token.attrGet("href") or "")):
                outside.append(urlsplit(str(token.attrGet("href") or "")).netloc)
            elif token.type == "link_close" and outside:
                if host := outside.pop():
                    kept.append(Token("text", "", 0, content=f" ({host})"))
            else:
                kept.append(token)
        block.children = kept


_markdown = MarkdownIt("commonmark", {"html": False}).enable("table").enable("strikethrough").disable("image")
_markdown.core.ruler.push("unlink", _unlink)


def as_html(text: str) -> SafeString:
    """Safe to stand in a page whatever the text says."""
    html = nh3.clean(
        _markdown.render(text),
        tags=TAGS,
        attributes={"a": {"href"}, "ol": {"start"}},
        attribute_filter=_only_own_pages,
        link_rel=None,
        url_schemes=set(),
    )
    return SafeString(html.replace("<table>", '<table class="tb">'))


def _only_own_pages(tag: str, attribute: str, value: str) -> str | None:
    if attribute != "href":
        return value
    return value if OWN_PAGE.fullmatch(value) else None
