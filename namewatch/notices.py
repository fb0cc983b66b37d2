"""`namewatch notices`: for the DPIA, for staff and for the public, from what is set."""

from pathlib import Path

from casework.notices import Setup, all_of, markdown
from namewatch.casebook import read_home
from namewatch.configuration import Configuration
from namewatch.init import write_private
from namewatch.settings import Settings
from nlp.classifier import SHIPPED
from records.errors import ConfigurationError, NamewatchError

CHANNELS = {
    "mail": "e-mail",
    "slack": "a private Slack message",
    "notify": "GOV.UK Notify",
    "teams": "Microsoft Teams",
}
SOURCES = {
    "bluesky": "Bluesky",
    "reddit": "Reddit",
    "x": "X",
    "mastodon": "Mastodon",
    "youtube": "YouTube",
    "feeds": "news and blog feeds",
    "web": "web pages that were chosen",
    "hackernews": "Hacker News",
    "lemmy": "Lemmy",
    "google_reviews": "Google reviews of our offices",
    "mailbox": "alerts that other services send to a mailbox of ours",
    "replay": "a file of posts",
}


def notices(which: str | None, to: Path | None) -> str:
    """Print one notice, or write all of them to a folder; what to print."""
    settings, configuration = read_home()
    made = {name: markdown(one) for name, one in all_of(setup_of(settings, configuration))}
    if which is not None and which not in made:
        raise NamewatchError(f"“{which}” is none of these: {', '.join(made)}.")
    chosen = made if which is None else {which: made[which]}
    if to is None:
        return "\n\n".join(chosen.values())
    for name, text in chosen.items():
        _write(to / f"{name}.md", text)
    return f"Written to {to}: {', '.join(f'{name}.md' for name in chosen)}."


def setup_of(settings: Settings, configuration: Configuration) -> Setup:
    """What a notice tells of this installation."""
    body = configuration.organisation
    channels = [words for name, words in CHANNELS.items() if getattr(settings, name, None)]
    store = settings.evidence.store
    return Setup(
        body=body.name,
        pack=configuration.pack,
        staff=len(configuration.roster),
        sources=tuple(SOURCES.get(one.kind, one.kind) for one in settings.sources),
        channels=tuple(channels),
        reads_pictures=settings.images.read,
        classifier=SHIPPED is not None,
        stores_elsewhere=f"in the store {store}" if store else "",
        stamped=settings.evidence.tsa_url is not None,
        leavers_months=body.leavers_watched_months,
        digest=settings.digest.every,
    )


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_private(file, text)
    except OSError as fault:
        raise ConfigurationError(f"can't be written ({fault.strerror}).", file=file) from None
