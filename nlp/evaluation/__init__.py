"""Invented posts about an invented body, and how to measure who is taken to be meant in them."""
