"""What somebody on the staff hands in to be looked at, checked and gathered into one report."""

from collections.abc import Sequence
from dataclasses import dataclass

from evidence.handed_in import (
    BEHIND_ITS_END,
    ENDS_EARLY,
    MORE_IN_IT,
    HandedIn,
    NotTakenError,
    examine,
    pixels_of,
    within_its_end,
)
from monitors.sources.mailbox_message import read_message
from records.addresses import web_address
from records.errors import NamewatchError
from records.post import readable
from records.report import MOST_BYTES as MOST_TOGETHER
from records.report import MOST_NOTE, MOST_SCREENSHOT_BYTES, MOST_SCREENSHOTS

MOST_URL = 2048
MOST_PIXELS = 80_000_000
MOST_MAIL_BYTES = 25 * 2**20
_MEGABYTE = 2**20
TOO_MUCH = (
    "Not all that was handed in could be looked through: only pictures and PDFs of 10 MB each and"
    " 20 MB together are. Look at the rest yourself."
)
CUT = "What stood behind the end of a picture was left out."


class UnfitFileError(NamewatchError):
    """This file can't be taken."""


@dataclass(frozen=True, slots=True)
class Given:
    """A file that was handed in, and what it is."""

    file: HandedIn
    content: bytes


@dataclass(frozen=True, slots=True)
class Gathered:
    """What there is to look at; `left_out` says in words of ours what is not."""

    note: str = ""
    links: tuple[str, ...] = ()
    screenshots: tuple[bytes, ...] = ()
    papers: tuple[bytes, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def is_nothing(self) -> bool:
        """Whether nothing was given."""
        return not (self.note or self.links or self.screenshots or self.papers or self.left_out)


def checked_url(url: str) -> str:
    """An address as the browser shows it; raises NamewatchError for anything else."""
    url = url.strip()
    if len(url) > MOST_URL or web_address(url) is None or readable(url) != url:
        raise NamewatchError(
            "this is not the address of a web page; copy it as the browser shows it,"
            " from https:// on."
        )
    return url


def checked_file(content: bytes) -> tuple[Given, tuple[str, ...]]:
    """A file as it may be taken from a browser, and what was left out of it.

    Raises UnfitFileError with one sentence; its name is never looked at.
    """
    if not content:
        raise UnfitFileError("This file is empty. Choose it again.")
    left_out: tuple[str, ...] = ()
    given = _known(content)
    # Phones put more behind the end of a picture, such as a short film of the moment.
    if given.file.remarks == (BEHIND_ITS_END,):
        given, left_out = _known(within_its_end(content, given.file.kind)), (CUT,)
    if MORE_IN_IT in given.file.remarks or BEHIND_ITS_END in given.file.remarks:
        raise UnfitFileError(
            "This file holds more than one thing, so it can't be taken. Take a screenshot of what"
            " it shows, and send that."
        )
    if ENDS_EARLY in given.file.remarks:
        raise UnfitFileError("This file is not complete. Save it again, and send the new one.")
    if given.file.kind == "email" and given.file.remarks:
        raise UnfitFileError(
            "This message can't be read through. Take a screenshot of it, and send that."
        )
    if given.file.kind != "email":
        _check_size(given)
    return given, left_out


def gather(given: Sequence[Given], note: str, url: str | None) -> Gathered:
    """The page, sound pictures, PDFs, and the words of messages and of the person."""
    notes, links = [note], [url] if url else []
    shots: list[bytes] = []
    papers: list[bytes] = []
    for one in given:
        if one.file.kind == "email" and not one.file.remarks:
            message = read_message(one.content)
            notes.append(message.text)
            links += [link for link in message.links if link not in links]
            shots += message.screenshots
            papers += message.papers
        elif one.file.kind == "pdf":
            papers.append(one.content)
        elif one.file.kind in {"png", "jpeg"} and not one.file.remarks:
            shots.append(one.content)
    taken, left_out = _within_limits(shots, papers)
    return Gathered(
        note="\n\n".join(one for one in notes if one)[:MOST_NOTE],
        links=tuple(links),
        screenshots=tuple(one for one in taken if one in shots),
        papers=tuple(one for one in taken if one in papers),
        left_out=left_out,
    )


def _within_limits(
    shots: Sequence[bytes], papers: Sequence[bytes]
) -> tuple[list[bytes], tuple[str, ...]]:
    """What of the files is judged, and what is said if that is not all."""
    taken: list[bytes] = []
    for one in (*shots[:MOST_SCREENSHOTS], *papers[:MOST_SCREENSHOTS]):
        if len(one) <= MOST_SCREENSHOT_BYTES and sum(map(len, taken)) + len(one) <= MOST_TOGETHER:
            taken.append(one)
    return taken, (TOO_MUCH,) if len(taken) < len(shots) + len(papers) else ()


def _known(content: bytes) -> Given:
    try:
        return Given(examine(content), content)
    except NotTakenError:
        raise UnfitFileError(
            "This file is no picture (PNG or JPEG), no PDF and no e-mail (.eml). Take a screenshot"
            " of it, and send that."
        ) from None


def _check_size(given: Given) -> None:
    if given.file.size > MOST_SCREENSHOT_BYTES:
        raise UnfitFileError(
            f"This file is larger than {MOST_SCREENSHOT_BYTES // _MEGABYTE} MB. Send a smaller"
            " one, or a screenshot."
        )
    if given.file.kind in {"png", "jpeg"}:
        pixels = pixels_of(given.content)
        if pixels is None:
            raise UnfitFileError("This picture is damaged. Save it again, and send the new one.")
        if pixels > MOST_PIXELS:
            raise UnfitFileError("This picture has too many pixels. Send a smaller one.")
