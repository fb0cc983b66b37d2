"""What somebody who reports a post adds to its finding."""

from collections.abc import Callable, Mapping

from policies.pack import Pack
from policies.severity import Facts, judge
from records.finding import Finding, NameMatch
from records.post import Post
from records.roster import StaffMember

Screen = Callable[[Post], Finding]
SAID = "Whoever reported this post says that it is about this person."


def screen_about(
    screen: Screen, post: Post, member: StaffMember, pack: Pack, people: Mapping[str, StaffMember]
) -> Finding:
    """The finding of a post of which somebody says that `member` is meant.

    What the post says is weighed as if it answered a post that names this person: so that a threat
    which names nobody is found, too. That the person is meant counts as likely, since a colleague
    has looked; whether it is about their work, only the post can tell.
    """
    around = post.context.parent_text
    told = "\n".join(part for part in (around, member.full_name) if part)
    context = post.context.model_copy(update={"parent_text": told})
    found = screen(post.model_copy(update={"context": context}))
    staff = (_said(member, found.staff), *_without_the_telling(found.staff, member, around))
    judged = judge(pack, Facts(staff, found.organisation, found.concerns, people))
    return found.model_copy(
        update={
            "staff": staff,
            "severity": judged.severity,
            "disposition": judged.disposition,
        }
    )


def for_triage_at_least(finding: Finding) -> Finding:
    """The finding of a reported post, which is never passed over."""
    if finding.disposition != "ignore":
        return finding
    return finding.model_copy(update={"disposition": "review"})


def _said(member: StaffMember, found: tuple[NameMatch, ...]) -> NameMatch:
    own = [one for one in found if one.staff_id == member.staff_id]
    sure = any(one.certainty == "certain" for one in own)
    return NameMatch(
        staff_id=member.staff_id,
        field="context",
        surface="",
        start=0,
        end=0,
        certainty="certain" if sure else "likely",
        duties="yes" if any(one.duties == "yes" for one in own) else "unclear",
        reasons=(SAID,),
    )


def _without_the_telling(
    found: tuple[NameMatch, ...], member: StaffMember, around: str | None
) -> tuple[NameMatch, ...]:
    """The matches without the one of the name that was only added here."""
    own_length = len(around or "")
    return tuple(
        one
        for one in found
        if not (
            one.field == "context"
            and one.staff_id == member.staff_id
            and one.start >= own_length
            and one.surface == member.full_name
        )
    )
