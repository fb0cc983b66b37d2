"""What people say on the practice platform: invented, and in the order in which it appears."""

from dataclasses import dataclass
from datetime import datetime

from records.post import Author, Context, Post


@dataclass(frozen=True, slots=True)
class Line:
    """One post of the practice platform, `wait` seconds after the one before."""

    wait: float
    author: str
    text: str
    community: str = ""


LINES = (
    Line(
        0.5, "harbour_walks", "Glorious morning at the harbour. Two seals and one very cross gull."
    ),
    Line(
        1.0,
        "sandra_writes",
        "The Lighthouse Ombudsman took seven months over my complaint and then said nothing at all."
        " Useless. I want my money back.",
    ),
    Line(
        1.5,
        "cold_porridge",
        "So my complaint to the Lighthouse Ombudsman was turned down by Fenella Auchterbrae. Her"
        " name is on the decision letter, everybody should know who does this.",
    ),
    Line(4.0, "tartan_toast", "By the grace of God I hope the ferry runs today."),
    Line(
        4.0,
        "quiz_night",
        "Trivia: which lighthouse was first lit by electricity? Answer at eight.",
    ),
    Line(
        5.0,
        "angry_gannet",
        "F3nella Auchterbrae at the Lighthouse Ombudsman better watch her back. We know where you"
        " park and we're gonnae leather ye.",
    ),
    Line(
        6.0,
        "kelp_and_co",
        "Grace Hope scored twice for the under-twelves on Saturday, what a player.",
    ),
    Line(
        6.0,
        "no_more_delay",
        "Everyone phone the Lighthouse Ombudsman and ask for Ruaridh McStronach until he answers"
        " for my complaint. Share this.",
    ),
    Line(8.0, "harbour_walks", "Evening light on the firth. The gull has forgiven nobody."),
    Line(
        6.0,
        "sandra_writes",
        "To be fair, the Ombudsman did phone back today. Still think the decision is wrong.",
    ),
)


def post_of(number: int, line: Line, platform: str, now: datetime) -> Post:
    """The post that stands on the practice platform's page `number`."""
    return Post(
        id=f"practice-{now:%Y%m%d%H%M%S}-{number}",
        source="practice",
        url=f"{platform}/posts/{number}",
        published_at=now,
        author=Author(id=line.author, handle=f"@{line.author}", name=line.author),
        text=line.text,
        context=Context(community=line.community or None),
    )
