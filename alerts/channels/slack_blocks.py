"""What an alert looks like in Slack: plain text and buttons, and nothing about the post."""

from collections.abc import Iterable
from typing import Any

from alerts.message import Message
from alerts.plain import one_line
from alerts.wording import wording

SEEN, TOLD, PASS_ON, OPEN = "seen", "told", "pass_on", "open"
ANSWERS = (SEEN, TOLD, PASS_ON)
"""The actions that say something to us, in the order in which they stand."""
Block = dict[str, Any]


def alert_blocks(message: Message) -> list[Block]:
    """Say what is asked and the reference; everything else is behind the record's sign-in.

    Workspace owners can export what stands here.
    """
    words = f"{message.opening}\n{message.reference}"
    if message.count > 1:
        words += f"\n{wording().body.count.format(count=message.count)}"
    if message.repeat:
        words += "\nThis is a repeat: it may have reached you before."
    actions = ANSWERS if message.telling else (SEEN,)
    blocks = [_section(words), _buttons(actions, message.reference, message.record_link)]
    return [*blocks, _footer(message.custody)] if message.custody else blocks


def answered_blocks(
    words: str, reference: str, actions: Iterable[str], record_link: str | None
) -> list[Block]:
    """Show what became of a press, and what can still be pressed; the record can be opened."""
    buttons = _buttons(actions, reference, record_link)
    return [_section(words), buttons] if buttons["elements"] else [_section(words)]


def line_blocks(words: str, record_link: str) -> list[Block]:
    """One line that leads to the record, with nothing to answer."""
    return [_section(words), _buttons((), "", record_link)]


def _section(words: str) -> Block:
    clean = "\n".join(one_line(line) for line in words.split("\n"))
    return {"type": "section", "text": _plain(clean)}


def _footer(words: str) -> Block:
    return {"type": "context", "elements": [_plain(one_line(words))]}


def _buttons(actions: Iterable[str], reference: str, record_link: str | None) -> Block:
    buttons = [_button(one, reference) for one in actions if one in ANSWERS]
    if record_link:
        open_record = wording().buttons[OPEN].label
        buttons.append(
            {"type": "button", "action_id": OPEN, "text": _plain(open_record), "url": record_link}
        )
    return {"type": "actions", "elements": buttons}


def _button(action: str, reference: str) -> Block:
    words = wording().buttons[action]
    button: Block = {
        "type": "button",
        "action_id": action,
        "text": _plain(words.label),
        "value": reference,
    }
    if action == SEEN:
        button["style"] = "primary"
    if words.sure:
        button["confirm"] = {
            "title": _plain(words.label),
            "text": _plain(words.sure),
            "confirm": _plain(words.yes),
            "deny": _plain(words.no),
        }
    return button


def _plain(words: str) -> Block:
    return {"type": "plain_text", "text": words, "emoji": False}
