"""Tables of names that the project keeps itself."""
