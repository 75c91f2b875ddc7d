"""Whom to tell, when, and once: what is worth a notification, and the ways to show it."""
