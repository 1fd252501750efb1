"""The program's rules: one pure function each, registered with a stable code."""
