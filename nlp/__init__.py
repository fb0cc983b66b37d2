"""Text in, findings out."""
