"""Measures this tool side by side with the usual ways of making the same packages."""
