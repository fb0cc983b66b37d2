"""The door: command line, settings, and which classes meet which."""
