"""An invented body with few staff, whose names have all that makes a name hard to read."""

from datetime import date

from records.organisation import Organisation
from records.roster import StaffMember, roster_of

TODAY = date(2026, 11, 21)
BODY = Organisation(
    name="Scottish Example Ombudsman",
    short_names=("SEO", "the Ombudsman"),
    domains=("seo.example",),
    accounts=("@seo.example", "@seo@social.example"),
    context_terms=("complaint", "case officer", "decision letter"),
    policy="spso",
)
ROSTER = roster_of(
    [
        StaffMember("s001", "Rosalind Auchterlonie", may_be_named=True),
        StaffMember("s002", "Margaret Tweedie-Lamont", watch="raised"),
        StaffMember("s003", "Fiona MacLeod", ("Fi MacLeod",), handles=("@fi_macleod",)),
        StaffMember("s004", "Finlay MacLeod"),
        StaffMember("s005", "Alasdair O'Neil"),
        StaffMember("s006", "Agnieszka W\u00f3jcik"),
        StaffMember("s007", "Grace Law"),
    ]
)
