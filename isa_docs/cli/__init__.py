"""The door for people: thin click commands."""
