"""What is read in a post's pictures, as a part of the post and of what is found in it."""

from collections.abc import Mapping, Sequence

from records.finding import Finding
from records.post import Media, Post, readable

IN_A_DESCRIPTION = "The name stands in the description of a picture."
READ = "It was read from an image."
READ_IN_A_FILE = "It was read from an attached file."


def with_texts(post: Post, texts: Mapping[int, str]) -> Post:
    """The post with the texts that were read, each by the number of its picture in `media`."""
    media = [
        one.model_copy(update={"read_text": texts[number]}) if texts.get(number) else one
        for number, one in enumerate(post.media)
    ]
    return post.model_copy(update={"media": tuple(media)})


def say_read(finding: Finding, post: Post) -> Finding:
    """The finding, whose reasons say of each place in a picture if it was read there."""
    read = [one for one in post.media if one.read_text]
    if not read:
        return finding
    staff = [
        match.model_copy(update={"reasons": _told(match.reasons, said)})
        if (said := _where(read, match.field, match.start, match.end, match.surface))
        else match
        for match in finding.staff
    ]
    concerns = [
        concern.model_copy(update={"reasons": (*concern.reasons[:1], said, *concern.reasons[1:])})
        if (said := _where(read, concern.field, concern.start, concern.end, ""))
        else concern
        for concern in finding.concerns
    ]
    return finding.model_copy(update={"staff": tuple(staff), "concerns": tuple(concerns)})


def _where(read: Sequence[Media], field: str, start: int, end: int, surface: str) -> str:
    """What to say of where this place was read; empty when it was read nowhere."""
    if field != "image":
        return ""
    held = [one for one in read if _holds(one, start, end, surface)]
    if not held:
        return ""
    return READ if any(one.kind == "image" for one in held) else READ_IN_A_FILE


def _told(reasons: tuple[str, ...], said: str) -> tuple[str, ...]:
    """In the place of what linking says, which knows of descriptions alone."""
    if IN_A_DESCRIPTION not in reasons:
        return (*reasons, said)
    return tuple(said if reason == IN_A_DESCRIPTION else reason for reason in reasons)


def _holds(picture: Media, start: int, end: int, surface: str) -> bool:
    """Whether what was read from this picture, which follows its description, has this place."""
    begins = len(picture.text) - len(picture.read_text or "")
    return (
        begins <= start
        and end <= len(picture.text)
        and surface
        in (
            "",
            readable(picture.text)[start:end],
        )
    )
