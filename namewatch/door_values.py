"""Settings of the console's door as the console takes them."""

from console.door_rules import DoorRules, ProviderAccess
from namewatch.settings import Settings


def door_rules(settings: Settings) -> DoorRules:
    """What stands under [console] and [console.oidc]."""
    console = settings.console
    oidc = console.oidc
    if oidc is None:
        return DoorRules(console.passwords, console.codes_always)
    provider = ProviderAccess(
        issuer=oidc.issuer,
        client_id=oidc.client_id,
        client_secret=oidc.client_secret.get_secret_value(),
        title=oidc.title,
        tenant=oidc.tenant,
    )
    return DoorRules(console.passwords, console.codes_always, provider)
