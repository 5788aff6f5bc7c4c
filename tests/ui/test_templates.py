"""What the content security policy forbids, and what would show as an empty box, is found here first."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

from console.ui import statuses

ROOT = Path(settings.ROOT)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SPRITE = set(re.findall(r'<symbol id="([^"]+)"', (ROOT / "static" / "icons.svg").read_text()))
INLINE = re.compile(
    r"<style|\sstyle=|\son[a-z]+=[\"']|\shx-on|<script(?![^>]*(\ssrc=|application/json))|javascript:", re.I
)


def named(template: Path) -> str:
    return str(template.relative_to(ROOT / "templates"))


@pytest.mark.parametrize("template", TEMPLATES, ids=named)
def test_a_template_has_nothing_inline(template):
    assert not INLINE.search(template.read_text())


@pytest.mark.parametrize("template", TEMPLATES, ids=named)
def test_a_template_can_be_read(template):
    assert get_template(named(template))


@pytest.mark.parametrize("template", TEMPLATES, ids=named)
def test_every_icon_named_in_a_template_is_in_the_sprite(template):
    named_icons = set(re.findall(r'{% icon "([^"]+)"', template.read_text()))
    assert named_icons <= SPRITE


def test_every_icon_of_a_pill_is_in_the_sprite():
    assert {pill.icon for pill in (*statuses.PROPOSAL.values(), *statuses.RECORD.values())} <= SPRITE


def test_the_sprite_holds_what_the_list_names():
    listed = (ROOT / "console" / "ui" / "icons.txt").read_text().split()
    assert sorted(SPRITE) == listed


def test_the_page_loads_nothing_from_elsewhere():
    for template in TEMPLATES:
        assert not re.search(r'(src|href)="(https?:)?//', template.read_text()), named(template)
