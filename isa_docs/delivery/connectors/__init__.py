"""Document-management systems behind one port: what is ready is asked for, packages are filed back exactly once."""
