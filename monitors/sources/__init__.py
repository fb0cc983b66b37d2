"""One file a platform; only that file imports the platform's client."""
