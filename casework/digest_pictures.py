"""The pictures of a digest: bars drawn as SVG, without scripts, each beside its table."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from casework.digest_counts import Bounds

WIDTH, ROW, LABEL, NUMBER = 680, 34, 280, 110
_BAR = WIDTH - LABEL - NUMBER
_SURE, _OPEN, _INK = "#1d70b8", "#8eb8dc", "#0b0c0c"


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a picture and of its table."""

    label: str
    value: Bounds | None
    """None where it may not be told."""

    @property
    def words(self) -> str:
        """As in the table."""
        return self.value.words() if self.value else "not told"


def picture(title: str, bars: Sequence[Bar], number: int) -> str:
    """The bars as SVG: dark up to what is sure, light up to what may be. `number` tells them apart.

    Under 3 a bar is drawn as if it could be anything up to 2, so a picture tells no more than its
    table does.
    """
    most = max((bar.value.high for bar in bars if bar.value), default=0) or 1
    height = ROW * len(bars) + 8
    rows = "".join(_row(bar, place, most) for place, bar in enumerate(bars))
    said = "; ".join(f"{bar.label}: {bar.words}" for bar in bars)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img"'
        f' aria-labelledby="picture-{number}-title picture-{number}-said" width="100%"'
        f' font-family="Arial, sans-serif" font-size="14" fill="{_INK}">'
        f'<title id="picture-{number}-title">{escape(title)}</title>'
        f'<desc id="picture-{number}-said">{escape(said)}</desc>{rows}</svg>'
    )


def _row(bar: Bar, place: int, most: int) -> str:
    top = place * ROW + 4
    middle = top + ROW / 2
    shown = escape(_short(bar.label))
    label = f'<text x="{LABEL - 10}" y="{middle}" text-anchor="end">{shown}</text>'
    if bar.value is None:
        return f'{label}<text x="{LABEL}" y="{middle}">not told</text>'
    low, high = (round(_BAR * one / most, 1) for one in (bar.value.low, bar.value.high))
    return (
        f"{label}"
        f'<rect x="{LABEL}" y="{top + 4}" width="{high}" height="{ROW - 12}" fill="{_OPEN}"/>'
        f'<rect x="{LABEL}" y="{top + 4}" width="{low}" height="{ROW - 12}" fill="{_SURE}"/>'
        f'<text x="{LABEL + high + 8}" y="{middle}">{escape(bar.words)}</text>'
    )


def _short(label: str) -> str:
    most = 36
    return label if len(label) <= most else f"{label[: most - 1].rstrip()}…"
