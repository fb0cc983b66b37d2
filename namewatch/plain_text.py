"""Words of others on a terminal, which obeys some characters instead of showing them."""

_MOST_SHOWN = 240


def shown(text: str) -> str:
    """On one line, with a mark for each character that can't be seen, cut where it is long."""
    whole = " ".join(text.split())
    short = whole if len(whole) <= _MOST_SHOWN else f"{whole[:_MOST_SHOWN]}…"
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in short)
