"""Where lists of staff can be fetched from: one file for each directory."""
