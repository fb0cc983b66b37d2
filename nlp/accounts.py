"""Whose own account wrote a post: the body's, a member of staff's, or a stranger's."""

from collections.abc import Iterable
from dataclasses import dataclass

from nlp.normalise import fold
from records.organisation import Organisation
from records.roster import StaffMember


@dataclass(frozen=True, slots=True)
class Writer:
    """The body, or the members of staff whose account it is."""

    body: bool = False
    staff_ids: frozenset[str] = frozenset()

    @property
    def one_of_us(self) -> bool:
        """Whether the post comes from the body or from somebody on its staff."""
        return self.body or bool(self.staff_ids)


STRANGER = Writer()


class OwnAccounts:
    """Knows the accounts of the body and its staff; only the whole name of an account counts."""

    def __init__(self, organisation: Organisation, members: Iterable[StaffMember]) -> None:
        self._body = {_bare(account) for account in organisation.accounts}
        self._domains = tuple(fold(domain) for domain in organisation.domains)
        self._staff: dict[str, set[str]] = {}
        for member in members:
            for account in member.handles:
                self._staff.setdefault(_bare(account), set()).add(member.staff_id)

    def writer(self, handle: str | None) -> Writer:
        """Who writes under this account."""
        if not handle:
            return STRANGER
        name = _bare(handle)
        body = name in self._body or any(
            name == domain or name.endswith(f".{domain}") for domain in self._domains
        )
        return Writer(body, frozenset(self._staff.get(name, ())))


def _bare(account: str) -> str:
    return account.strip().rstrip("/").rsplit("/", 1)[-1].lstrip("@").casefold()
