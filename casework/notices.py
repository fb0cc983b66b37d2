"""Three notices drawn up from what is set: for the DPIA, for staff and for the public.

They say what this installation does and does not do, in plain English. What only the body can
answer stands as a question at the end.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from policies.pack import Decision, Pack


@dataclass(frozen=True, slots=True)
class Setup:
    """What is set, as far as a notice tells of it; no name of a person."""

    body: str
    pack: Pack
    staff: int
    sources: tuple[str, ...]
    """The kinds of places that are watched, in words."""
    channels: tuple[str, ...]
    """How people are alerted."""
    reads_pictures: bool
    classifier: bool
    stores_elsewhere: str = ""
    """Where evidence lies when it is not on the machine itself."""
    stamped: bool = False
    leavers_months: int = 12
    digest: str = "month"


@dataclass(frozen=True, slots=True)
class Notice:
    """A title, and headings with their paragraphs or, as tuples, lists."""

    title: str
    parts: tuple[tuple[str, tuple[str | tuple[str, ...], ...]], ...]


NEVER: tuple[str, ...] = (
    (
        "It never searches by author. It looks for the body and its own staff by name, and"
        " for nobody else."
    ),
    "It never follows an account, and never reads what an author has posted before.",
    (
        "It never builds a picture of a member of the public from several posts, and gives nobody a"
        " score."
    ),
    (
        "It never reads private messages, closed groups or anything behind a sign-in that the"
        " public does not have."
    ),
    (
        "It never answers a post, reports one, blocks anybody or writes to an author. People"
        " decide that."
    ),
    "It never tells the member of staff who was named. A person does that, in private.",
    "It never writes to anybody's personnel file.",
    "It keeps nothing of a post that names nobody here and holds no threat to the body.",
)
"""What the tool does not do; every notice says all of it."""


def dpia(setup: Setup) -> Notice:
    """What an assessment of the impact on data protection has to describe."""
    return Notice(
        f"Data protection impact assessment: watching for harm to staff of {setup.body}",
        (
            ("What it is for", _purpose(setup)),
            ("Whose data", _whose(setup)),
            ("What is watched", (_places(setup), _pictures(setup), _judged(setup))),
            ("What it does not do", (NEVER,)),
            ("Who sees it", _who_sees(setup)),
            ("Where it is kept, and how it is guarded", _guarded(setup)),
            ("How long it is kept", _kept(setup)),
            ("Risks, and what is done about them", (_RISKS,)),
            ("Questions that only you can answer", (_ONLY_YOU,)),
        ),
    )


def staff_notice(setup: Setup) -> Notice:
    """What staff are told of it."""
    return Notice(
        f"For staff: how {setup.body} notices when you are named or threatened online",
        (
            (
                "Why we do this",
                (
                    (
                        "Some of us are named, abused or threatened online because of our work."
                        " We want to know of it soon, so that we can support you and keep you safe."
                    ),
                    "It is not a check on you. It does not look at what you post.",
                ),
            ),
            (
                "What it looks for",
                (
                    "Public posts that name you, or that threaten the office.",
                    _places(setup),
                    _pictures(setup),
                    (
                        "Your own accounts are on the staff list only so that a post of yours is"
                        " not taken for one about you."
                    ),
                ),
            ),
            ("What it does not do", (NEVER,)),
            ("What happens when you are named", _when_named(setup)),
            ("Who sees it", _who_sees(setup)),
            ("How long it is kept", _kept(setup)),
            (
                "What you can ask for",
                (
                    (
                        "See what is kept about you. We take out what is about others.",
                        "Have a wrong name, nickname or account put right on the staff list.",
                        "Say that you may be named soon, so that we look more closely.",
                        "Choose how much of a post you see. You need not see any of it.",
                        "Say how you feel about it at any time, and change your mind.",
                    ),
                ),
            ),
            ("Questions that only we can answer here", (_FOR_STAFF,)),
        ),
    )


def public_notice(setup: Setup) -> Notice:
    """What the public is told of it."""
    return Notice(
        f"How {setup.body} looks for posts that name or threaten its staff",
        (
            (
                "What we do",
                (
                    (
                        "We use a computer program to find public posts that name our staff"
                        " because of their work, or that threaten them or us. We do this to"
                        " protect them."
                    ),
                    _places(setup),
                    (
                        "We welcome criticism of our decisions and our service, however strongly"
                        " you put it. The program is made to leave it alone. Please name the"
                        " office, and not a person who works here."
                    ),
                ),
            ),
            ("What we do not do", (NEVER,)),
            (
                "What we keep",
                (
                    (
                        "If a post names one of our staff, we keep a sealed copy of it: what it"
                        " says, the name of the account, the time and the address of the page."
                    ),
                    *_kept(setup),
                ),
            ),
            ("Who sees it", ("Only those few of us who have to act.", _judged(setup))),
            (
                "Your rights",
                (
                    (
                        "You can ask what we hold about you, and ask us to put it right or erase"
                        " it. You can object. You can complain to the Information Commissioner."
                    ),
                    (
                        "If we limit how you may contact us, that never limits your rights under"
                        " freedom of information, environmental information and data protection"
                        " law."
                    ),
                ),
            ),
            ("What only we can answer here", (_FOR_THE_PUBLIC,)),
        ),
    )


def markdown(notice: Notice) -> str:
    """A notice as Markdown."""
    lines = [f"# {notice.title}"]
    for heading, paragraphs in notice.parts:
        lines += ["", f"## {heading}"]
        for paragraph in paragraphs:
            if isinstance(paragraph, str):
                lines += ["", paragraph] if paragraph else []
            else:
                lines += ["", *(f"- {one}" for one in paragraph)]
    return "\n".join(lines) + "\n"


def _purpose(setup: Setup) -> tuple[str, ...]:
    return (
        (
            f"{setup.body} has to protect its staff from abuse and threats under its policy"
            f" “{setup.pack.title}”. namewatch notices public posts that name staff because of"
            " their work, keeps evidence of them and tells the few people whom the policy names."
        ),
        "Without it, staff and their managers find out by chance, late or never.",
    )


def _whose(setup: Setup) -> tuple[tuple[str, ...], ...]:
    return (
        (
            (
                f"{setup.staff} members of staff: their names, other names in use, roles, e-mail"
                " addresses, line managers and public accounts, from the staff list."
            ),
            f"Former staff, for {setup.leavers_months} months after they leave.",
            (
                "Authors of posts that name staff or threaten the body: the name and the account"
                " that the platform shows, and what the post says."
            ),
            "People who appear in such a post or in a picture of it.",
        ),
    )


def _places(setup: Setup) -> str:
    return f"These public places are watched: {_listed(setup.sources)}."


def _pictures(setup: Setup) -> str:
    if setup.reads_pictures:
        return "Text in the pictures of a post is read when its words name the body or its staff."
    return "Pictures are not read."


def _judged(setup: Setup) -> str:
    by = "by written rules and a small language model" if setup.classifier else "by written rules"
    return (
        f"What a post says is judged on our own machine, {by}. Nothing is sent to another company"
        " to be judged. A person decides what follows."
    )


def _who_sees(setup: Setup) -> tuple[str | tuple[str, ...], ...]:
    pack = setup.pack
    recipients = [pack.role_title(role) for role in pack.alerting.recipients]
    keeps = pack.role_title(pack.custody.custodian)
    return (
        (
            f"Told first: the {_listed(recipients)} ({pack.alerting.clause}).",
            f"Keeps the register: the {keeps} ({pack.custody.clause}).",
            "Nobody who is named in a record ever sees it, whatever their role.",
            "Whoever else has to know is added by name, with a reason that is kept.",
            (
                f"They are told by {_listed(setup.channels)}. No alert holds a name or a word of a"
                " post."
            ),
            "The leadership gets numbers without names. A number under 3 is never told.",
        ),
        "Each time somebody opens a record, that is written down where it can't be changed unseen.",
    )


def _guarded(setup: Setup) -> tuple[tuple[str, ...], ...]:
    where = setup.stores_elsewhere or "on the body's own machine"
    stamp = ["An outside authority stamps the time of each."] if setup.stamped else []
    return (
        (
            f"Evidence lies {where}, encrypted. Only the part that shows records holds the key.",
            (
                "Posts, names of authors, notes and wishes stand in the database only encrypted,"
                " each record under a key of its own. To erase a record is to destroy its key."
            ),
            "Each piece of evidence is signed, so that any change shows.",
            *stamp,
            "No log, file name, link or subject line holds a name or a word of a post.",
        ),
    )


def _kept(setup: Setup) -> tuple[str | tuple[str, ...], ...]:
    kept = setup.pack.retention
    decides = _listed(
        [setup.pack.role_title(one) for one in setup.pack.may_decide(Decision.RETENTION)]
    )
    return (
        (
            f"A closed record: {kept.closed_record}.",
            f"Copies and pictures of posts: {kept.evidence} after the record is closed.",
            f"A limit on somebody's contact: {kept.restriction} after it ends.",
            (
                "Posts that a person still has to look at: "
                f"{kept.evidence}. Sign-ins and unreadable items: 90 days."
            ),
        ),
        (
            f"Then the {decides} has to decide: erase it, or keep it longer with a reason."
            " Nothing is kept or erased without anybody knowing. A court case or a complaint can"
            " stop it."
        ),
    )


def _when_named(setup: Setup) -> tuple[str | tuple[str, ...], ...]:
    chain = [setup.pack.role_title(role) for role in setup.pack.telling.chain]
    others = _listed(chain[1:], "or")
    return (
        (
            f"Your {chain[0]} tells you in private. If they can't, the {others} does. You are asked"
            " what you would like to happen before anything is done, and what support would help."
        ),
        (
            "If you are threatened, the police are thought of at once. You are asked, but you never"
            " have to decide that alone."
        ),
    )


_RISKS: tuple[str, ...] = (
    (
        "Somebody else of the same name is taken for one of the staff: a match has to be about the"
        " body's work, doubtful ones go to a person and alert nobody, and what people say of them"
        " is learnt from."
    ),
    (
        "Criticism is taken for abuse: criticism of the body, a decision or the service is not"
        " kept, however strong it is."
    ),
    (
        "It grows into watching people: there is no way to search by author, and no page that shows"
        " one."
    ),
    (
        "An alert reaches the wrong person: recipients are worked out from who is named, those"
        " named are left out, and every alert is kept in the record."
    ),
    "Somebody inside looks without need: each opening is noted in a log that shows any change.",
    "A small number gives somebody away: none under 3 is told, nor can it be worked out.",
    "Staff feel watched: they are told what is looked for, and their own accounts are not read.",
)
_ONLY_YOU: tuple[str, ...] = (
    (
        "Which lawful basis do you rely on, and which condition for special category and criminal"
        " offence data?"
    ),
    "Whom have you asked: staff, unions, your data protection officer?",
    "Who looks after the machine, and under which contract?",
    "Do any of the platforms' terms, or the law on covert surveillance, need advice of their own?",
    "Who signs this assessment off, and when is it looked at again?",
)
_FOR_STAFF: tuple[str, ...] = (
    "Who looks after data protection here, and how do you reach them?",
    "Which employee assistance programme or confidential line can you call?",
    "Where can you read the whole assessment?",
)
_FOR_THE_PUBLIC: tuple[str, ...] = (
    "Who looks after data protection here, and how do you reach them?",
    "Which lawful basis do we rely on?",
    "Where can you read our policy and the whole assessment?",
)


def _listed(words: Sequence[str], last: str = "and") -> str:
    different = list(dict.fromkeys(words))
    if len(different) < 2:  # noqa: PLR2004
        return "".join(different) or "none"
    return f"{', '.join(different[:-1])} {last} {different[-1]}"


def all_of(setup: Setup) -> Iterator[tuple[str, Notice]]:
    """Each notice with its name."""
    yield "dpia", dpia(setup)
    yield "staff", staff_notice(setup)
    yield "public", public_notice(setup)
