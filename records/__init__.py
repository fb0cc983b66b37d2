"""The ground floor: shared words, and what is kept."""
