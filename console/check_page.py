"""What checking a sealed exhibit has shown, and what it can't show, in plain words."""

from dataclasses import dataclass

from evidence.verify import Checked

WHOLE = (
    "The sealed file is the one that was noted when it was made, and goes by its own name.",
    "It opens with the key of this record.",
    "Every file in it has the checksum that was sealed with it, and none is missing or added.",
)
NEVER = (
    "Whether what somebody wrote there is true.",
    "Who the author is behind the name they use.",
    "Copies that were downloaded or handed out: each can be checked by itself.",
)
_SHOWN = ("Signed by", "Its time stamp says", "The sealed file was there on")


@dataclass(frozen=True, slots=True)
class CheckPage:
    """The answer."""

    reference: str
    number: int
    whole: bool
    faults: tuple[str, ...]
    checked: tuple[str, ...]
    not_checked: tuple[str, ...]


def check_page(reference: str, number: int, checked: Checked) -> CheckPage:
    """What was found, sorted into what is shown and what is not."""
    remarks = [_plain(one) for one in checked.remarks]
    shown = tuple(one for one in remarks if one.startswith(_SHOWN))
    return CheckPage(
        reference=reference,
        number=number,
        whole=not checked.faults,
        faults=tuple(_plain(one) for one in checked.faults),
        checked=() if checked.faults else (*WHOLE, *shown),
        not_checked=(*(one for one in remarks if one not in shown), *NEVER),
    )


def _plain(sentence: str) -> str:
    """Without what only a command line could do about it."""
    told, separator, _ = sentence.partition(": give ")
    return f"{told}." if separator else sentence
