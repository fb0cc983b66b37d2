"""The confidential web application."""
