"""Durable glue between the rooms; the only code that knows the engine."""
