"""Text to a validated, typed, frozen matter, with source positions."""
