"""Operations alarms through Apprise, to wherever a body's computer people look: without content.

Apprise is not used for alerts: it has no receipt, cannot tell a refusal for good from one for now,
and writes recipients into its log.
"""

import logging
import warnings
from collections.abc import Sequence

from alerts.errors import DeliveryError
from alerts.plain import one_line
from alerts.within import within
from records.errors import ConfigurationError
from records.outgoing import hosts_of

TIMEOUT_SECONDS = 30.0


class Operations:
    """Hands one sentence to every address that is set."""

    def __init__(self, urls: Sequence[str], *, timeout: float = TIMEOUT_SECONDS) -> None:
        """Raises ConfigurationError, which says which address can't be used and not what it is."""
        import apprise  # noqa: PLC0415 - half a second, needed only where addresses are set

        silence = logging.getLogger("apprise")  # it logs addresses with their secrets
        silence.handlers = [logging.NullHandler()]
        silence.propagate = False
        silence.setLevel(logging.CRITICAL + 1)
        self._timeout = timeout
        self._targets = []
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what its many plug-ins import
            for number, url in enumerate(urls, start=1):
                target = apprise.Apprise()
                if not target.add(url):
                    raise ConfigurationError(
                        f"operations: address {number} of urls is none that Apprise knows."
                    )
                self._targets.append(target)

    def reaches(self) -> tuple[str, ...]:
        """The hosts that its addresses stand for, as far as each plug-in says them."""
        found: list[str] = []
        for target in self._targets:
            for one in target:
                own = [getattr(one, name, None) for name in ("host", "smtp_host")]
                known = [getattr(type(one), name, None) for name in dir(type(one))]
                asked = [url for url in known if isinstance(url, str) and url.startswith("http")]
                found += [host for host in own if isinstance(host, str) and "." in host]
                found += [url for url in asked if url not in {one.service_url, one.setup_url}]
        return hosts_of(*found)

    def call(self, subject: str, sentence: str, _excluded: frozenset[str] = frozenset()) -> None:
        """Tell all of them; raises DeliveryError unless one has taken it.

        They are places and no people, and what is said holds a reference at most.
        """
        title, body = one_line(subject), one_line(sentence)
        taken = [self._take(target, title, body) for target in self._targets]
        if not any(taken):
            raise DeliveryError("no address took it", permanent=False)

    def _take(self, target: object, title: str, body: str) -> bool:
        notify = target.notify  # type: ignore[attr-defined]
        try:
            return bool(within(self._timeout, lambda: notify(title=title, body=body)))
        except Exception:  # noqa: BLE001 - a plug-in may raise anything; another may take it
            return False
