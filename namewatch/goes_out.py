"""Which hosts this installation goes out to, worked out from its settings alone.

The service keeps to this list (records.outgoing); `namewatch doctor` shows it. It holds hosts and
what they are for: no path, no name of a user, no token.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url

from alerts.channels.operations import Operations
from alerts.registry import reaches as channel_reaches
from monitors.registry import reaches as source_reaches
from namewatch.channel_values import service_values
from namewatch.rosters import entra, google
from namewatch.settings import EvidenceSettings, Settings
from records.outgoing import hosts_of

_GOOGLE_SIGN_IN = ("accounts.google.com", "oauth2.googleapis.com", "www.googleapis.com")
_MACHINES_OWN_ROLE = "169.254.169.254"
"""Where a machine in the cloud asks who it is, when the store is given no keys."""
ALSO = (
    "Besides, what a post or a report leads to is looked at through a guard that judges each"
    " address, wherever in public it is."
)


@dataclass(frozen=True, slots=True)
class Way:
    """What for, and to which hosts."""

    what: str
    hosts: tuple[str, ...]


def ways_out(settings: Settings) -> tuple[Way, ...]:
    """All that have a host, in the order of the settings; raises ConfigurationError."""
    return tuple(one for one in _ways(settings) if one.hosts)


def hosts_out(settings: Settings) -> frozenset[str]:
    """All hosts that the service may ask, and the one at which its own pages are."""
    own = hosts_of(settings.console.host)
    return frozenset((*own, *(host for way in ways_out(settings) for host in way.hosts)))


def _ways(settings: Settings) -> Iterator[Way]:
    for one in settings.sources:
        yield Way(one.title, source_reaches(one.kind, one.title, one.options))
    for name, hosts in channel_reaches(service_values(settings)).items():
        yield Way(name, hosts)
    if settings.bounces:
        yield Way("bounces", hosts_of(settings.bounces.host))
    if urls := [one.get_secret_value() for one in settings.operations.urls]:
        yield Way("alarms", Operations(urls).reaches())
    yield from _about_people(settings)
    yield from _evidence(settings.evidence)
    yield Way("database", hosts_of(make_url(settings.database).host or ""))
    yield Way("[outgoing]", settings.outgoing.also)


def _about_people(settings: Settings) -> Iterator[Way]:
    if provider := settings.console.oidc:
        own = hosts_of(provider.issuer)
        yield Way("sign-in", _GOOGLE_SIGN_IN if own == _GOOGLE_SIGN_IN[:1] else own)
    if table := settings.entra:
        graph, sign_in = table.graph_url or entra.GRAPH_URL, table.sign_in_url or entra.SIGN_IN_URL
        yield Way("[entra]", hosts_of(graph, sign_in))
    if staff := settings.google:
        named = hosts_of(staff.api_url or google.API_URL, staff.token_url or google.TOKEN_URL)
        yield Way("[google]", named)
    addresses = [one.address.get_secret_value() for one in settings.calendars if one.address]
    yield Way("calendars", hosts_of(*addresses))


def _evidence(evidence: EvidenceSettings) -> Iterator[Way]:
    yield Way("time stamps", hosts_of(evidence.tsa_url or ""))
    if evidence.store and evidence.endpoint:
        yield Way("evidence", hosts_of(evidence.endpoint))
    elif evidence.store:
        bucket, region = urlsplit(evidence.store).netloc, evidence.region
        stores = ("s3.amazonaws.com", f"s3.{region}.amazonaws.com")
        named = (*stores, *(f"{bucket}.{one}" for one in stores))
        role = () if evidence.access_key.get_secret_value() else (_MACHINES_OWN_ROLE,)
        yield Way("evidence", (*named, *role))
