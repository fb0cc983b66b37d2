"""Draw the table of transitions as an SVG, the same bytes for the same table."""

from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape

from casework.lifecycle import STATES, TRANSITIONS, Transition

_WIDTH, _HEIGHT, _GAP, _MIDDLE = 130, 44, 110, 210
_STEP = 34
_STYLE = (
    "text{font:14px sans-serif;fill:#0b0c0c;text-anchor:middle}"
    ".state{fill:#fff;stroke:#1d70b8;stroke-width:2}"
    ".way{fill:none;stroke:#505a5f;stroke-width:1.5;marker-end:url(#tip)}"
    ".machine{stroke-dasharray:5 4}.label{font-size:12px;fill:#505a5f}"
)


def picture() -> str:
    """The whole drawing: people's ways in full lines, the machine's in dashes."""
    places = {state: _left(number) for number, state in enumerate(STATES)}
    width = _left(len(STATES) - 1) + _WIDTH + 60
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} 440" role="img"',
        ' aria-label="The states of an incident and what leads from one to another">',
        f"<style>{_STYLE}</style>",
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8"',
        ' markerHeight="8" orient="auto"><path d="M0 0 8 4 0 8Z" fill="#505a5f"/>',
        "</marker></defs>",
        f'<path class="way machine" d="M20 {_MIDDLE} H{places["open"]}"/>',
        f'<text class="label" x="44" y="{_MIDDLE - 8}">opened</text>',
        *_ways(places),
        *(_box(state, left) for state, left in places.items()),
        (
            '<text class="label" x="240" y="430">'
            "full line: only a person · dashes: namewatch may by itself</text>"
        ),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _left(number: int) -> int:
    return 80 + number * (_WIDTH + _GAP)


def _box(state: str, left: int) -> str:
    top = _MIDDLE - _HEIGHT // 2
    return (
        f'<rect class="state" x="{left}" y="{top}" width="{_WIDTH}" height="{_HEIGHT}" rx="6"/>'
        f'<text x="{left + _WIDTH // 2}" y="{_MIDDLE + 5}">{escape(state)}</text>'
    )


def _ways(places: dict[str, int]) -> Iterator[str]:
    above, below = 1, 1
    for row in _by_length(TRANSITIONS, places):
        reach = _reach(row, places)
        if reach == 1:
            yield _straight(row, places)
        elif reach == 0:
            yield _loop(row, places)
        elif reach > 0:
            above += 1
            yield _arc(row, places, -above)
        else:
            below += 1
            yield _arc(row, places, below)


def _by_length(rows: Iterable[Transition], places: dict[str, int]) -> list[Transition]:
    """Short ways first, so that long ones run around them."""
    return sorted(rows, key=lambda row: (abs(_reach(row, places)), row.source, row.happens))


def _reach(row: Transition, places: dict[str, int]) -> int:
    """How many boxes to the right a way goes; the erased way to a neighbour goes around."""
    order = list(places)
    reach = order.index(row.target) - order.index(row.source)
    return 2 if reach == 1 and row.by_machine else reach


def _class(row: Transition) -> str:
    return "way machine" if row.by_machine else "way"


def _straight(row: Transition, places: dict[str, int]) -> str:
    start, end = places[row.source] + _WIDTH, places[row.target]
    return (
        f'<path class="{_class(row)}" d="M{start} {_MIDDLE} H{end}"/>'
        f'<text class="label" x="{(start + end) // 2}" y="{_MIDDLE - 8}">{row.happens}</text>'
    )


def _loop(row: Transition, places: dict[str, int]) -> str:
    middle, top = places[row.source] + _WIDTH // 2, _MIDDLE - _HEIGHT // 2
    return (
        f'<path class="{_class(row)}" d="M{middle - 18} {top} C{middle - 30} {top - 40}'
        f' {middle + 30} {top - 40} {middle + 18} {top}"/>'
        f'<text class="label" x="{middle}" y="{top - 34}">{row.happens}</text>'
    )


def _arc(row: Transition, places: dict[str, int], level: int) -> str:
    """A way around: `level` steps above (negative) or below the boxes."""
    side = 1 if level > 0 else -1
    shift = 12 * abs(level) * side
    start = places[row.source] + _WIDTH // 2 - shift
    end = places[row.target] + (_WIDTH // 2 - shift + 24 if side > 0 else 12 * abs(level) - 8)
    edge = _MIDDLE + side * _HEIGHT // 2
    far = edge + level * _STEP
    return (
        f'<path class="{_class(row)}" d="M{start} {edge} V{far} H{end} V{edge}"/>'
        f'<text class="label" x="{(start + end) // 2}" y="{far - 5}">{row.happens}</text>'
    )
