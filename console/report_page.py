"""The form with which anybody on the staff reports something they saw, as it was filled in."""

import hashlib
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from console.desk import Desk
from console.faults import Fault
from console.upload import MOST_FILES, Upload
from records.errors import NamewatchError
from records.post import readable
from records.report import MOST_BYTES, MOST_LINKS, Report
from records.roster import StaffMember
from workflows.reporting import (
    Gathered,
    Given,
    UnfitFileError,
    checked_file,
    checked_url,
    gather,
)

ME, NOT_SURE = "me", ""
MOST_WORDS = 10_000
NOTHING = "Paste a link, or choose a screenshot or a file"
NO_LINK = "Paste the link as your browser shows it, from https:// on"
TOO_LONG = f"Use at most {MOST_WORDS:,} characters"
NOT_STAFF = "Choose somebody from the list"
TOO_MANY = f"Choose at most {MOST_FILES} files. Send the others with a second report"
TOO_LARGE = (
    "The files together are larger than 25 MB. Send fewer, or a screenshot, or make two reports"
)
TOO_MUCH = f"The pictures and PDFs together are larger than {MOST_BYTES // 2**20} MB. Send fewer"
_MARK = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Form:
    """What was typed; files are not kept, since no browser can be given them back."""

    link: str = ""
    about: str = NOT_SURE
    note: str = ""
    mark: str = ""

    @classmethod
    def typed(cls, parts: Mapping[str, str]) -> "Form":
        """As it came from the browser."""
        mark = parts.get("mark", "")
        return cls(
            link=parts.get("link", "").strip(),
            about=parts.get("about", NOT_SURE),
            note=parts.get("note", "").replace("\r\n", "\n").strip(),
            mark=mark if _MARK.fullmatch(mark) else uuid.uuid4().hex,
        )


@dataclass(frozen=True, slots=True)
class Checked:
    """A form and its files: a report, or what is wrong."""

    report: Report | None
    faults: tuple[Fault, ...]


def colleagues(desk: Desk, member: StaffMember) -> list[tuple[str, str]]:
    """Staff id and name of everybody else who works here, by name."""
    others = [
        one
        for one in desk.roster.values()
        if one.staff_id != member.staff_id and desk.employed(one.staff_id)
    ]
    return [(one.staff_id, one.full_name) for one in sorted(others, key=lambda one: one.full_name)]


def about_items(desk: Desk, member: StaffMember, chosen: str) -> list[dict[str, object]]:
    """Whom it is about: nobody knows, oneself, or a colleague."""
    choices = [(NOT_SURE, "I am not sure, or nobody of us"), (ME, "Me")]
    return [
        {"value": value, "text": text, "selected": value == chosen}
        for value, text in [*choices, *colleagues(desk, member)]
    ]


def checked(desk: Desk, member: StaffMember, form: Form, upload: Upload, now: datetime) -> Checked:
    """Everything that is wrong with it, or the report."""
    faults = list(_typed_faults(desk, member, form))
    given, left_out, wrong = _files(upload)
    faults += wrong
    gathered = gather(given, readable(form.note), form.link or None)
    if not faults:
        faults += _gathered_faults(gathered, given, form)
    if faults:
        return Checked(None, tuple(faults))
    about = member.staff_id if form.about == ME else form.about
    return Checked(
        Report(
            mark=_mark(form, upload.files),
            via="console",
            at=now,
            reporter=member.staff_id,
            links=gathered.links[:MOST_LINKS],
            note=gathered.note,
            about=about or None,
            screenshots=gathered.screenshots,
            papers=gathered.papers,
            left_out=(*left_out, *gathered.left_out),
        ),
        (),
    )


def _typed_faults(desk: Desk, member: StaffMember, form: Form) -> list[Fault]:
    faults = []
    if form.link:
        try:
            checked_url(form.link)
        except NamewatchError:
            faults.append(Fault("link", NO_LINK))
    known = {NOT_SURE, ME, *(staff_id for staff_id, _ in colleagues(desk, member))}
    if form.about not in known:
        faults.append(Fault("about", NOT_STAFF))
    if len(form.note) > MOST_WORDS:
        faults.append(Fault("note", TOO_LONG))
    return faults


def _files(upload: Upload) -> tuple[list[Given], list[str], list[Fault]]:
    given: list[Given] = []
    left_out: list[str] = []
    faults: list[Fault] = []
    for content in upload.files:
        try:
            one, cut = checked_file(content)
        except UnfitFileError as fault:
            faults.append(Fault("files", str(fault)))
        else:
            given.append(one)
            left_out += cut
    if upload.too_many:
        faults.append(Fault("files", TOO_MANY))
    if upload.too_large:
        faults.append(Fault("files", TOO_LARGE))
    return given, list(dict.fromkeys(left_out)), list(dict.fromkeys(faults))


def _gathered_faults(gathered: Gathered, given: Sequence[Given], form: Form) -> list[Fault]:
    if not (form.link or given):
        return [Fault("link", NOTHING)]
    if sum(one.file.size for one in given if one.file.kind != "email") > MOST_BYTES:
        return [Fault("files", TOO_MUCH)]
    return [Fault("files", NOTHING)] if gathered.is_nothing else []


def _mark(form: Form, files: Sequence[bytes]) -> str:
    """The same form sent twice is one report; the same form with anything changed is another."""
    sums = [hashlib.sha256(one).hexdigest() for one in files]
    whole = "\0".join((form.mark, form.link, form.about, form.note, *sums))
    return hashlib.sha256(whole.encode("utf-8", "replace")).hexdigest()
