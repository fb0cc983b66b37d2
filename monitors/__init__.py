"""Public posts in."""
