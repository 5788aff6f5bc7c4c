"""The console's template tags: `{% load countersign %}`."""

from datetime import date, datetime

from django import template
from django.template.loader import get_template
from django.utils.safestring import SafeString

from connectors.money import format_money
from console.ui import statuses, times
from console.ui.pages import Page

register = template.Library()

SOURCES = {"billsby": ("Billsby", "repeat"), "bill": ("BILL", "building-bank")}
SIGNS = {"out": "−", "in": "+"}
CURRENCIES = {
    "USD": "US dollars",
    "GBP": "pounds",
    "EUR": "euros",
    "CAD": "Canadian dollars",
    "AUD": "Australian dollars",
    "JPY": "yen",
    "CHF": "Swiss francs",
    "NZD": "New Zealand dollars",
}


@register.inclusion_tag("ui/_icon.html")
def icon(name: str, classes: str = "") -> dict:
    return {"name": name, "classes": classes}


@register.inclusion_tag("ui/_pill.html")
def status(proposal, person=None, size: str = "") -> dict:
    """The pill of a proposal, or of a bare proposal or step status."""
    return {"pill": statuses.proposal_pill(proposal, person), "size": size}


@register.inclusion_tag("ui/_pill.html")
def record_status(word: str, due_on: date | None = None, open_minor: int | None = None) -> dict:
    return {"pill": statuses.record_pill(word or "", due_on=due_on, open_minor=open_minor), "size": ""}


@register.inclusion_tag("ui/_pill.html")
def freshness(read_at: datetime | None) -> dict:
    return {"pill": statuses.freshness_pill(read_at), "size": ""}


@register.filter
def in_words(word: str) -> str:
    """A vendor's word, such as VIRTUAL_CARD, as people write it."""
    return statuses.in_words(word)


@register.simple_tag
def tone(proposal) -> str:
    """The class name that goes with a proposal's pill."""
    return statuses.proposal_pill(proposal).tone


@register.simple_tag
def status_icon(proposal) -> str:
    return statuses.proposal_pill(proposal).icon


@register.filter
def money(amount_minor: int | None, currency: str | None) -> str:
    return format_money(amount_minor, currency)


@register.filter
def money_code(amount_minor: int | None, currency: str | None) -> SafeString | str:
    """The amount with its code set small behind it, for the one amount a page is about."""
    if amount_minor is None:
        return "—"
    context = {"amount": format_money(amount_minor, currency), "currency": currency}
    return SafeString(get_template("ui/_money.html").render(context).strip())


@register.simple_tag
def signed(amount_minor: int | None, currency: str | None, direction: str | None) -> str:
    """An amount with the sign that tells its direction for us; nothing is signed that does not move."""
    if direction == "none":
        return "No money"
    if amount_minor is None:
        return "—"
    return SIGNS.get(direction or "", "") + format_money(abs(amount_minor), currency)


@register.filter
def currency_name(code: str) -> str:
    return CURRENCIES.get(code, code)


def moment(when: datetime | None, text: str) -> SafeString:
    return SafeString(get_template("ui/_time.html").render({"when": when, "text": text}).strip())


@register.filter
def ago(when: datetime | None, style: str = "") -> SafeString | str:
    """40 s ago, 11 min, 10:31, Thu, 14 Nov; "long" keeps counting: 3 h ago, 2 days ago."""
    if when is None:
        return "—"
    return moment(when, times.age(when) if style == "long" else times.ago(when))


@register.filter
def clock(when: datetime | None) -> SafeString | str:
    return moment(when, times.clock(when)) if when else "—"


@register.filter
def day(when: datetime | None) -> SafeString | str:
    return moment(when, times.deadline(when)) if when else "—"


@register.filter
def whole(when: datetime) -> str:
    return times.whole(when)


@register.inclusion_tag("ui/_avatar.html")
def avatar(who, classes: str = "") -> dict:
    """Initials of a person or of a name; "agent" and "system" have their icons."""
    if who in ("agent", "system"):
        return {"kind": who, "classes": classes}
    return {"initials": initials(str(who)), "classes": classes}


def initials(name: str) -> str:
    words = [word for word in name.split() if word[:1].isalnum()]
    return "".join(word[0] for word in words[:1] + words[1:][-1:]).upper() or "?"


@register.inclusion_tag("ui/_source.html")
def source(connector: str) -> dict:
    title, mark = SOURCES.get(connector, (connector, "plug-connected"))
    return {"title": title, "mark": mark}


@register.inclusion_tag("ui/_kbd.html")
def kbd(key: str) -> dict:
    return {"key": key}


@register.inclusion_tag("ui/_pager.html")
def pager(page: Page, note: str = "") -> dict:
    return {"page": page, "note": note}
