"""Watchbell: asks the services you depend on how they are, and rings only when it matters."""

__version__ = "0.1.0"
