"""DOCX to PDF through an engine whose process is owned, bounded and checked here."""
