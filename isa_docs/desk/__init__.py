"""The desk: a page in the browser, and the small server behind it, that write the same matter file as everybody."""
