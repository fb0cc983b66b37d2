"""Say on the terminal what happens, from the audit trail: roles and references, never names."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from policies.pack import Pack
from records.audit import AuditEntry

_CHANNELS = {
    "email": "e-mail",
    "slack": "Slack",
    "slack_room": "the private Slack channel",
    "notify_email": "e-mail through GOV.UK Notify",
    "notify_sms": "a text message through GOV.UK Notify",
    "teams": "Microsoft Teams",
}
_KINDS = {
    "first": "",
    "worse": ", since it has become more serious",
    "more": ", since there are further posts",
    "reminder": " again",
    "escalation": ", since nobody had acknowledged",
    "passed on": ", since it was passed on",
    "untold": " of what is due",
    "undone": " of what is overdue",
    "said": ", since the person named has said something",
}

_EXHIBITS = {"record": "the platform's record", "handed-in": "what was handed in"}
_LOOKS = {"up": "still up", "changed": "changed", "gone": "gone", "unknown": "not to be judged"}


class Narrator:
    """Turns audit entries into lines for people."""

    def __init__(self, pack: Pack, zone: ZoneInfo) -> None:
        """`pack` gives roles their names; times are shown in `zone`."""
        self._pack = pack
        self._zone = zone

    def line(self, entry: AuditEntry) -> tuple[str, str] | None:
        """(time, sentence) for an entry worth telling, with Rich's markup; None for the others."""
        sentence = _SENTENCES.get(entry.action)
        if sentence is None:
            return None
        return f"{self._time(entry.at)}", sentence(entry, self._pack)

    def _time(self, at: datetime) -> str:
        return at.astimezone(self._zone).strftime("%H:%M:%S")


def _opened(entry: AuditEntry, _pack: Pack) -> str:
    if not entry.about["categories"]:
        return f"[bold]Opened[/]  {entry.reference}: for triage, by hand; nobody is alerted"
    kinds = ", ".join(entry.about["categories"])
    return f"[bold]Found[/]   {entry.reference}: {kinds} · severity {entry.about['severity']}"


def _joined(entry: AuditEntry, _pack: Pack) -> str:
    graver = f", now {entry.about['severity']}" if entry.about["graver"] else ""
    return (
        f"[bold]Found[/]   {entry.reference}: post {entry.about['posts']} of this incident{graver}"
    )


def _triage(entry: AuditEntry, _pack: Pack) -> str:
    return f"[bold]Kept[/]    one post from {entry.about['source']} for triage; nobody is alerted"


def _told(entry: AuditEntry, pack: Pack) -> str:
    channel = _CHANNELS.get(entry.about["channel"], entry.about["channel"])
    repeat = " (marked as a repeat)" if entry.about["repeat"] else ""
    role = pack.role_title(entry.about["role"])
    why = _KINDS[entry.about["kind"]]
    return f"[green]Told[/]    {entry.reference}: {role} by {channel}{why}{repeat}"


def _not_told(entry: AuditEntry, pack: Pack) -> str:
    role = pack.role_title(entry.about["role"])
    return f"[red]Could not tell[/] {entry.reference}: {role} ({entry.about['why']})"


def _nobody(entry: AuditEntry, pack: Pack) -> str:
    return f"[red]Nobody to tell[/] {entry.reference}: as {pack.role_title(entry.about['role'])}"


def _sealed(entry: AuditEntry, _pack: Pack) -> str:
    number, grade = entry.about["exhibit"], entry.about["grade"]
    kind = _EXHIBITS.get(entry.about.get("kind", ""), "")
    what = kind or entry.about.get("page") or grade
    edited = ", as it was edited" if entry.about.get("edited") else ""
    return f"[bold]Sealed[/]  {entry.reference}: exhibit {number}, {what}{edited}"


def _stamped(entry: AuditEntry, _pack: Pack) -> str:
    return f"[bold]Stamped[/] {entry.reference}: exhibit {entry.about['exhibit']}, later"


def _not_whole(entry: AuditEntry, _pack: Pack) -> str:
    then = "tried again later" if entry.about["next"] else "not tried again"
    return f"[yellow]Page[/]    {entry.reference}: {entry.about['grade']}; it is {then}"


def _looked(entry: AuditEntry, _pack: Pack) -> str:
    after, found = entry.about["after"], entry.about["found"]
    return f"[bold]Looked[/]  {entry.reference}: after {after} the page is {_LOOKS[found]}"


def _not_sealed(entry: AuditEntry, _pack: Pack) -> str:
    then = "" if entry.about["final"] else " and is tried again"
    return f"[red]Could not seal[/] {entry.reference}: it stays in the record{then}"


def _seen(entry: AuditEntry, _pack: Pack) -> str:
    return f"[green]Seen[/]    {entry.reference}: acknowledged by {entry.about['via']}"


def _escalated(entry: AuditEntry, _pack: Pack) -> str:
    alarm = "; nobody is left to tell" if entry.about["alarm"] else ""
    return f"[yellow]Waiting[/] {entry.reference}: nobody has acknowledged in time{alarm}"


def _revealed(entry: AuditEntry, _pack: Pack) -> str:
    return f"[bold]Opened[/]  {entry.reference}: the post was revealed to somebody on its list"


def _said(entry: AuditEntry, _pack: Pack) -> str:
    kind = entry.about["kind"].replace("-", " ")
    return f"[bold]Said[/]    {entry.reference}: “{kind}”, by somebody on its list"


def _unsaid(entry: AuditEntry, _pack: Pack) -> str:
    return f"[bold]Unsaid[/]  {entry.reference}: somebody on its list took back what they said"


def _read(entry: AuditEntry, _pack: Pack) -> str:
    graver = f", now {entry.about['severity']}" if entry.about["graver"] else ""
    return f"[bold]Read[/]    {entry.reference}: more stands in a picture of its post{graver}"


def _gone(entry: AuditEntry, _pack: Pack) -> str:
    about = f"{entry.reference}: a" if entry.reference else "A"
    return f"[bold]Gone[/]    {about} post was removed from {entry.about['source']}, kept here"


def _edited(entry: AuditEntry, _pack: Pack) -> str:
    about = f"{entry.reference}: a" if entry.reference else "A"
    return f"[bold]Edited[/]  {about} post reads differently now; both wordings are kept"


def _unread(entry: AuditEntry, _pack: Pack) -> str:
    number = entry.about["pictures"]
    pictures = "1 picture" if number == 1 else f"{number} pictures"
    return f"[yellow]Not read[/] {pictures} of one post; it was judged by its words alone"


def _reported(entry: AuditEntry, _pack: Pack) -> str:
    whose = "from outside" if entry.about["outside"] else "by somebody on the staff"
    return f"[bold]Reported[/] something {whose}, by {entry.about['via']}; it is being looked at"


def _asked_for(entry: AuditEntry, _pack: Pack) -> str:
    return f"[bold]Asked[/]   {entry.reference}: a page is to be captured, by hand"


def _same_post(entry: AuditEntry, _pack: Pack) -> str:
    return f"[bold]Same[/]    {entry.reference} holds the same post as {entry.about['as']}"


def _report_kept(entry: AuditEntry, _pack: Pack) -> str:
    where = f"with {entry.reference}" if entry.reference else "for triage"
    return f"[bold]Kept[/]    a report {where}"


def _erased(entry: AuditEntry, _pack: Pack) -> str:
    number = entry.about.get("exhibit")
    what = f"exhibit {number}" if number else "the whole record"
    return f"[bold]Erased[/]  {entry.reference}: {what}, by two people"


_ASKED = {
    "erasing asked for": "somebody asks that it be erased; a second person has to agree",
    "erasing agreed to": "a second person agrees that it is erased",
    "erasing refused": "a second person does not agree that it is erased",
    "erasing taken back": "whoever asked that it be erased has taken that back",
}


def _asked_to_erase(entry: AuditEntry, _pack: Pack) -> str:
    return f"[bold]Erase?[/]  {entry.reference or 'triage'}: {_ASKED[entry.action]}"


def _erased_again(entry: AuditEntry, _pack: Pack) -> str:
    return f"[bold]Erased[/]  {entry.reference}: again, since a backup had brought it back"


def _held(entry: AuditEntry, _pack: Pack) -> str:
    return f"[bold]Held[/]    {entry.reference}: nothing of it can be erased"


def _released(entry: AuditEntry, _pack: Pack) -> str:
    return f"[bold]Released[/] {entry.reference}: the legal hold is over"


def _taken_up(entry: AuditEntry, _pack: Pack) -> str:
    about = entry.about
    news = f"{len(about['joined'])} joined, {len(about['gone'])} gone, {about['absences']} absences"
    return f"[bold]Changed[/] files were taken up: {about['policy']} {about['version']}; {news}"


def _not_taken_up(entry: AuditEntry, _pack: Pack) -> str:
    line = f", line {entry.about['line']}" if entry.about["line"] else ""
    return f"[red]Refused[/] {entry.about['file']}{line}: what was in force stays in force"


def _access_ended(entry: AuditEntry, _pack: Pack) -> str:
    return f"[bold]Left[/]    {entry.reference}: somebody on its list works here no longer"


def _other_manager(entry: AuditEntry, _pack: Pack) -> str:
    return (
        f"[yellow]Look[/]    {entry.reference}: the line manager is another now, and is not on its"
        " list"
    )


def _rehearsed(entry: AuditEntry, _pack: Pack) -> str:
    return f"[red]Nobody[/]  would be told in {entry.about['gaps']} places; see `namewatch doctor`"


def _step(entry: AuditEntry, _pack: Pack) -> str:
    kind = entry.about["kind"].replace("-", " ")
    return f"[green]Step[/]    {entry.reference}: {kind}"


def _closed(entry: AuditEntry, _pack: Pack) -> str:
    return f"[green]Closed[/]  {entry.reference}: {entry.about['outcome'].replace('-', ' ')}"


def _reopened(entry: AuditEntry, _pack: Pack) -> str:
    return f"[yellow]Opened[/]  {entry.reference}: again, to be decided anew"


def _undone(entry: AuditEntry, _pack: Pack) -> str:
    what = ", ".join(entry.about["kinds"])
    return f"[yellow]Waiting[/] {entry.reference}: not done in time: {what}"


def _in_conflict(entry: AuditEntry, _pack: Pack) -> str:
    return f"[bold]Left[/]    {entry.reference}: somebody has declared a conflict"


def _passed_on(entry: AuditEntry, _pack: Pack) -> str:
    then = "the next in line is asked" if entry.about["to"] else "nobody is left to ask"
    return f"[yellow]Passed on[/] {entry.reference}: somebody can't tell the person named; {then}"


def _handed_out(entry: AuditEntry, _pack: Pack) -> str:
    return f"[bold]Released[/] {entry.reference}: to somebody outside, as {entry.about['form']}"


def _kept_longer(entry: AuditEntry, _pack: Pack) -> str:
    until = f" until {entry.about['until']}" if entry.about.get("until") else ""
    what = entry.reference or "the triage list"
    return f"[bold]Decided[/] {what}: {entry.about['kind']}, {entry.about['decision']}{until}"


def _glass(entry: AuditEntry, _pack: Pack) -> str:
    return f"[yellow]Let in[/]  {entry.reference}: somebody outside its list, for 24 hours"


_SENTENCES: dict[str, Callable[[AuditEntry, Pack], str]] = {
    "incident opened": _opened,
    "post joined incident": _joined,
    "for triage": _triage,
    "told": _told,
    "could not tell": _not_told,
    "nobody to tell": _nobody,
    "evidence sealed": _sealed,
    "could not seal": _not_sealed,
    "time stamped": _stamped,
    "page not whole": _not_whole,
    "page looked for": _looked,
    "acknowledged": _seen,
    "escalated": _escalated,
    "passed on": _passed_on,
    "step recorded": _step,
    "incident closed": _closed,
    "incident reopened": _reopened,
    "left undone": _undone,
    "conflict declared": _in_conflict,
    "break-glass": _glass,
    "post revealed": _revealed,
    "pictures read": _read,
    "post removed": _gone,
    "post edited": _edited,
    "pictures unread": _unread,
    "report taken": _reported,
    "report kept": _report_kept,
    "page asked for": _asked_for,
    "same post": _same_post,
    "erased": _erased,
    "erased again": _erased_again,
    **dict.fromkeys(_ASKED, _asked_to_erase),
    "hold placed": _held,
    "released": _handed_out,
    "retention decided": _kept_longer,
    "hold released": _released,
    "verdict given": _said,
    "verdict taken back": _unsaid,
    "configuration changed": _taken_up,
    "change refused": _not_taken_up,
    "access ended": _access_ended,
    "line manager changed": _other_manager,
    "policy rehearsed": _rehearsed,
}
