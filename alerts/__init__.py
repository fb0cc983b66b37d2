"""Tell people, in confidence."""
