"""A line without content in a private Slack channel of the communications manager's own.

Before each line Slack is asked who is in the channel: it must be private, shared with nobody
outside, and hold nobody but those whom it is for.
"""

from collections.abc import Mapping
from typing import Any

from alerts.channel import Receipt
from alerts.channels.slack_blocks import line_blocks
from alerts.channels.slack_web import call, client, mark, posted_before, text_of
from alerts.errors import DeliveryError
from alerts.message import Message
from alerts.plain import one_line
from alerts.wording import wording
from records.alert import AlertKind
from records.roster import StaffMember

NAME = "slack_room"
_MOST_MEMBERS = 100
_NOT_PRIVATE = "channel not private"
_STRANGERS = "others are in the channel"
_SENTENCES = {
    _NOT_PRIVATE: (
        "The Slack channel is not private, or it is archived or shared with another workspace;"
        " nothing is posted there."
    ),
    _STRANGERS: (
        "Others than the communications manager are in the Slack channel; nothing is posted there."
    ),
    "missing_scope": "The Slack app may not look into the channel; add groups:read.",
    "channel_not_found": "There is no such Slack channel, or the app has not been invited to it.",
}


def from_settings(values: Mapping[str, str]) -> "SlackRoom | None":
    """Build the channel from `slack_room…` values; None without `slack_room`.

    `slack_room_members` are "staff_id=slack_id" of all whom the room is for, separated by ";".
    """
    token, room = values.get("slack_bot_token"), values.get("slack_room")
    if not (token and room):
        return None
    pairs = (one.partition("=") for one in values.get("slack_room_members", "").split(";") if one)
    members = {staff_id: slack_id for staff_id, _, slack_id in pairs if slack_id}
    return SlackRoom(token, room, members, values.get("slack_base_url") or None)


class SlackRoom:
    """Posts one line into one channel."""

    def __init__(
        self,
        bot_token: str,
        room: str,
        members: Mapping[str, str],
        base_url: str | None = None,
        *,
        timeout: float = 10.0,
    ) -> None:
        """`members` are the Slack ids, by staff id, of all whom the room is for."""
        self._client = client(bot_token, base_url, timeout)
        self._room = room
        self._members = dict(members)
        self._timeout = timeout

    @property
    def name(self) -> str:
        """Deliveries are kept under it."""
        return NAME

    @property
    def readers(self) -> frozenset[str]:
        """The staff ids of all whom the room is for: a line that one may not see stays away."""
        return frozenset(self._members)

    def reaches(self, recipient: StaffMember) -> bool:
        """Whether the room is for this person."""
        return recipient.staff_id in self._members

    def deliver(self, message: Message, recipient: StaffMember, delivery: str) -> Receipt:
        """Look who is there, then post a line that says nothing but the reference."""
        if not self.reaches(recipient):
            raise DeliveryError("not for this person", permanent=True)
        self._look()
        if message.repeat:
            known = posted_before(self._client, self._timeout, self._room, delivery)
            if known:
                return Receipt(known)
        words = wording().nudge.room.format(reference=message.reference, when=message.when)
        if message.kind is AlertKind.TEST:
            words = message.opening
        if message.repeat:
            words += f" {wording().body.repeat}"
        content = {
            "channel": self._room,
            "text": one_line(words),
            "mrkdwn": False,
            "blocks": line_blocks(words, message.record_link),
            "unfurl_links": False,
            "unfurl_media": False,
            "metadata": mark(delivery),
        }
        posted = call(self._client, self._timeout, "chat.postMessage", content, leaves_a_mark=True)
        return Receipt(
            f"{text_of(posted, 'channel', acted=True)}:{text_of(posted, 'ts', acted=True)}"
        )

    def check(self) -> str | None:
        """Look whether the channel is private and who is in it; nothing is posted."""
        try:
            self._look()
        except DeliveryError as error:
            return _SENTENCES.get(
                error.code, f"The Slack channel can't be looked at ({error.code})."
            )
        return None

    def _look(self) -> None:
        """Raise DeliveryError unless nobody else can read along."""
        if not _is_private(self._ask("conversations.info").get("channel"), self._room):
            raise DeliveryError(_NOT_PRIVATE, permanent=True)
        me = call(self._client, self._timeout, "auth.test", {})
        said = self._ask("conversations.members", limit=str(_MOST_MEMBERS))
        members, more = said.get("members"), said.get("response_metadata")
        if not isinstance(members, list) or not members:
            raise DeliveryError("answer not understood", permanent=False)
        own = {text_of(me, "user_id", acted=False), *self._members.values()}
        if not own.issuperset(members) or (isinstance(more, dict) and more.get("next_cursor")):
            raise DeliveryError(_STRANGERS, permanent=True)

    def _ask(self, method: str, **query: str) -> dict[str, Any]:
        content = {"channel": self._room, **query}
        answer = call(self._client, self._timeout, method, content, asks=True)
        if not isinstance(answer.data, dict):
            raise DeliveryError("answer not understood", permanent=False)
        return answer.data


def _is_private(room: object, wanted: str) -> bool:
    if not isinstance(room, dict) or room.get("id") != wanted:
        return False
    outward = (
        "is_archived",
        "is_ext_shared",
        "is_org_shared",
        "is_shared",
        "is_pending_ext_shared",
    )
    return room.get("is_private") is True and not any(room.get(one) for one in outward)
