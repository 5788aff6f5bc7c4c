import re
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

LIST = Path(__file__).parents[2] / "icons.txt"
LINE = 'fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"'
FILLED = 'fill="currentColor"'


class Command(BaseCommand):
    help = "Write static/icons.svg: the icons named in console/ui/icons.txt, from an unpacked @tabler/icons."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("package", type=Path, help="the folder that holds icons/outline and icons/filled")

    def handle(self, *args: object, package: Path, **options: object) -> None:
        symbols = [symbol(name, package / "icons") for name in LIST.read_text().split()]
        sprite = Path(settings.STATICFILES_DIRS[0]) / "icons.svg"
        sprite.write_text('<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n")
        self.stdout.write(f"{len(symbols)} icons in {sprite}")


def symbol(name: str, icons: Path) -> str:
    is_filled = name.endswith("-filled")
    drawing = icons / ("filled" if is_filled else "outline") / f"{name.removesuffix('-filled')}.svg"
    if not drawing.exists():
        raise CommandError(f"The package has no icon {name}.")
    body = re.search(r"<svg[^>]*>(.*)</svg>", drawing.read_text(), re.S).group(1)
    body = re.sub(r'<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*/>', "", body)
    paint = FILLED if is_filled else LINE
    return f'<symbol id="{name}" viewBox="0 0 24 24" {paint}>{" ".join(body.split())}</symbol>'
