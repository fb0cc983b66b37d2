"""The reasons of a finding cite the policy of the body that reads them."""

import pytest

from nlp.screening import Screener
from policies.pack_file import SHIPPED, read_pack
from records.organisation import Organisation
from records.post import Post
from records.roster import Roster
from tests.nlp.conftest import TODAY

TEXTS = [
    "Fiona MacLeod of the SEO refused my complaint",
    "Fiona MacLeod of the SEO, I'm going to stab you",
    "Fiona MacLeod of the SEO took bribes. I filmed Fiona MacLeod. Name and shame Fiona MacLeod",
    "The SEO refused again. I don't want to live any more",
]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("policy", SHIPPED)
def test_each_concern_cites_the_clause_of_the_bodys_own_policy_and_no_other(
    organisation: Organisation, roster: Roster, policy: str, text: str
) -> None:
    pack = read_pack(policy)
    screener = Screener(organisation, roster, pack, None, today=TODAY)
    concerns = screener.screen(Post(id="1", source="x", text=text)).concerns
    assert concerns
    for concern in concerns:
        cited = [reason for reason in concern.reasons if reason.startswith("Policy clause: ")]
        assert cited == [f"Policy clause: {pack.clauses[concern.category]}."]
