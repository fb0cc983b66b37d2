"""One file a channel; only that file imports the channel's client."""
