"""Rule tables that set the floor for concerns."""
