"""Which ways in a body leaves open, as its settings say."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ProviderAccess:
    """The body's own identity provider, where it has one (OpenID Connect)."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    title: str
    """What people call it, such as "Microsoft"."""
    tenant: str = ""
    """Of Microsoft Entra: only people of this tenant are let in, and known by its id of them."""


@dataclass(frozen=True, slots=True)
class DoorRules:
    """Besides passkeys, which are always there, and codes by mail with a password beside them."""

    passwords: bool = False
    codes_always: bool = False
    """Whether a code is mailed also to who has another way, which is then still asked for."""
    provider: ProviderAccess | None = None
