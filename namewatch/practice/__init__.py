"""Practice mode: an invented body, an invented platform and a mailbox that keeps its mail."""
