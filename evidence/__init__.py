"""Preserve and prove."""
