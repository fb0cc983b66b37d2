"""How long people have for what no policy pack gives a time for."""

from datetime import timedelta

POLICE_WITHIN = timedelta(hours=4)
"""At any hour: a threat about which nothing is decided goes to the next in line (SPSO 33)."""
WITNESSES_WITHIN = timedelta(days=7)
"""A witness who has not answered is asked again (SPSO 33)."""
