"""What a post would have to say for a doubtful name to be certain: tried, not guessed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from records.finding import Finding, NameMatch
from records.organisation import Organisation
from records.post import Post, readable
from records.roster import StaffMember

_LONGEST = 20_000
"""Longer texts are not screened over and over."""


@dataclass(frozen=True, slots=True)
class _Change:
    name: bool = False
    body: bool = False
    work: bool = False

    @property
    def said(self) -> str:
        told = [
            said
            for wanted, said in (
                (self.name, "gave the whole name itself"),
                (self.body, "named the body itself"),
                (self.work, "used a word of the body's work"),
            )
            if wanted
        ]
        return " and ".join(filter(None, [", ".join(told[:-1]), told[-1]]))


_CHANGES = (
    _Change(body=True),
    _Change(name=True),
    _Change(work=True),
    _Change(name=True, body=True),
    _Change(body=True, work=True),
    _Change(name=True, work=True),
    _Change(name=True, body=True, work=True),
)


def what_would_settle(
    screen: Callable[[Post], Finding],
    post: Post,
    match: NameMatch,
    member: StaffMember,
    organisation: Organisation,
) -> str | None:
    """The least change that makes this person certain in a changed copy of the post, in words.

    None when the match is certain, or when none of the changes tried makes it so.
    """
    if match.certainty == "certain" or len(post.text) > _LONGEST:
        return None
    for change in _possible(match, member, organisation):
        found = screen(_changed(post, match, member, organisation, change))
        if any(
            one.staff_id == match.staff_id and one.certainty == "certain" for one in found.staff
        ):
            return change.said
    return None


def _possible(
    match: NameMatch, member: StaffMember, organisation: Organisation
) -> Iterator[_Change]:
    for change in _CHANGES:
        given = match.field in ("text", "title") and match.surface == member.full_name
        if not (change.name and given) and (organisation.context_terms or not change.work):
            yield change


def _changed(
    post: Post, match: NameMatch, member: StaffMember, organisation: Organisation, change: _Change
) -> Post:
    text, more = readable(post.text), []
    if change.name and match.field == "text":
        text = text[: match.start] + member.full_name + text[match.end :]
    elif change.name:
        more.append(member.full_name)
    if change.body:
        more.append(organisation.name)
    if change.work:
        more.append(organisation.context_terms[0])
    text = "\n".join([text, *(f"({words})" for words in more)])
    return post.model_copy(update={"text": text})
