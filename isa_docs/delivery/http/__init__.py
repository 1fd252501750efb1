"""The HTTP service: packages asked for, triggers taken in, jobs shown."""
