"""Signed-ready submission packages for CBP's Importer Self-Assessment program."""

__version__ = "0.1.0"
