"""Practice mode: an invented body, an invented platform and a mailbox that keeps what it is sent."""
