"""People decide, and every decision is recorded."""
