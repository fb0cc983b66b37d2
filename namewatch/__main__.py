"""`python -m namewatch` is the same as `namewatch`."""

from namewatch.cli import main

main()
