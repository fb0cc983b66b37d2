"""Text that is safe to hand to another program: no control characters, no hidden ones."""

import unicodedata

_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def one_line(text: str) -> str:
    """Put `text` on one line, without control, formatting or unpaired characters."""
    return "".join(sign for sign in text if unicodedata.category(sign) not in _HIDDEN).strip()


def lines(text: str) -> str:
    """Do the same for a text of several lines."""
    return "\n".join(one_line(line) for line in text.split("\n"))
