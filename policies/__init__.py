"""What the body has decided, as data."""
