"""Names of the bookmarks at the ends of the blocks that close papers; apart, so that naming them costs no imports."""

START, END = "isaBlockStart", "isaBlockEnd"
"""What the names of the two bookmarks begin with; the number of the block follows."""
