"""The one place that runs the rooms in order: check, plan, render, convert, assemble, publish."""
