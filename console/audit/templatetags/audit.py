from datetime import date

from django import template

from console.audit import showing

register = template.Library()


@register.filter
def day_words(day: date) -> str:
    return showing.day_words(day)


@register.filter
def spelled(kind: str) -> str:
    """`audit_log` as people write it."""
    return kind.replace("_", " ").capitalize() if kind.isidentifier() and kind.islower() else kind


@register.filter
def grouped(number: int) -> str:
    return f"{number:,}"


@register.filter
def spaced_hash(value: str) -> str:
    """The ends of a hash, in groups that can be read aloud."""
    return f"{value[:4]} {value[4:8]} … {value[-4:]}"
