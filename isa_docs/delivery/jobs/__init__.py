"""Durable work: one port, and the adapters that run it with no database, on SQLite, or on PostgreSQL."""
