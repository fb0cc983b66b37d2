"""Google's reviews as posts."""

from dataclasses import dataclass
from datetime import UTC, datetime

from monitors.sources.feeds_posts import sha256_of
from monitors.sources.lenient import moment_of, record_of, table_of, text_of
from records.post import Author, Context, Post

SOURCE = "google_reviews"
UNREAD = "unread/"
_STARS = {"ONE": 1, "TWO": 2, "THREE": 3, "FOUR": 4, "FIVE": 5}
_LONGEST_ID = 300


@dataclass(frozen=True, slots=True)
class Review:
    """One review of a listing: its post, or why there is none."""

    id: str
    """The platform's, which tells nothing; of what can't be read a hash."""
    changed: str
    """Another one means another wording."""
    written_at: datetime
    changed_at: datetime
    record: bytes
    post: Post | None
    why: str = ""


def review_of(entry: object, location: str, now: datetime) -> Review:
    """What Google says of one review."""
    told, record = table_of(entry), record_of(entry)
    id_ = text_of(told.get("reviewId")) or (text_of(told.get("name")) or "").rpartition("/")[2]
    written = moment_of(told.get("createTime"))
    changed = moment_of(told.get("updateTime")) or written or now
    wording = sha256_of(
        str(told.get("updateTime")), str(told.get("comment")), str(told.get("starRating"))
    )[:8]
    times = (written or changed, changed)
    if not id_ or len(id_) > _LONGEST_ID or not id_.isprintable() or "/" in id_:
        hashed = UNREAD + sha256_of(record.decode())
        return Review(hashed, wording, *times, record, None, "The review has no id.")
    return Review(id_, wording, *times, record, _post(told, id_, location, changed))


def _post(told: object, id_: str, location: str, changed: datetime) -> Post:
    review = table_of(told)
    return Post(
        id=f"{location}/reviews/{id_}",
        source=SOURCE,
        text=text_of(review.get("comment")) or "",
        published_at=changed.astimezone(UTC) if text_of(review.get("updateTime")) else None,
        author=_author(review.get("reviewer")),
        context=Context(
            community="Google reviews",
            title=_stars(review.get("starRating")),
            quoted_text=text_of(table_of(review.get("reviewReply")).get("comment")),
        ),
    )


def _author(reviewer: object) -> Author:
    told = table_of(reviewer)
    return Author(
        name=None if told.get("isAnonymous") is True else text_of(told.get("displayName"))
    )


def _stars(rating: object) -> str | None:
    stars = _STARS.get(rating) if isinstance(rating, str) else None
    return f"Review with {stars} of 5 stars" if stars else None
