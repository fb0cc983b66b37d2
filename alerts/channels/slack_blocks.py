"""What an alert looks like in Slack: plain text and two buttons, and nothing about the post."""

from typing import Any

from alerts.message import Message
from alerts.plain import one_line

SEEN = "seen"
OPEN = "open"
Block = dict[str, Any]


def alert_blocks(message: Message) -> list[Block]:
    """Say what is asked and the reference; everything else is behind the record's sign-in.

    Workspace owners can export what stands here.
    """
    words = f"{message.opening}\n{message.reference}"
    if message.repeat:
        words += "\nThis is a repeat: it may have reached you before."
    blocks = [
        _section(words),
        _buttons(_seen_button(message.reference), _open_button(message.record_link)),
    ]
    return [*blocks, _footer(message.custody)] if message.custody else blocks


def seen_blocks(words: str, record_link: str | None) -> list[Block]:
    """Show what became of a press; the record can still be opened."""
    section = _section(words)
    return [section, _buttons(_open_button(record_link))] if record_link else [section]


def retry_blocks(words: str, reference: str, record_link: str | None) -> list[Block]:
    """Show that a press could not be kept, with the buttons to try again."""
    buttons = [_seen_button(reference)]
    if record_link:
        buttons.append(_open_button(record_link))
    return [_section(words), _buttons(*buttons)]


def _section(words: str) -> Block:
    clean = "\n".join(one_line(line) for line in words.split("\n"))
    return {"type": "section", "text": _plain(clean)}


def _footer(words: str) -> Block:
    return {"type": "context", "elements": [_plain(one_line(words))]}


def _buttons(*buttons: Block) -> Block:
    return {"type": "actions", "elements": list(buttons)}


def _seen_button(reference: str) -> Block:
    return {
        "type": "button",
        "action_id": SEEN,
        "text": _plain("I've seen this"),
        "value": reference,
        "style": "primary",
    }


def _open_button(record_link: str) -> Block:
    return {
        "type": "button",
        "action_id": OPEN,
        "text": _plain("Open record"),
        "url": record_link,
    }


def _plain(words: str) -> Block:
    return {"type": "plain_text", "text": words, "emoji": False}
