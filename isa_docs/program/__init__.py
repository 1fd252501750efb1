"""The program's law, pure: authorities, recipients, calendar, deadlines, sampling, rules."""
