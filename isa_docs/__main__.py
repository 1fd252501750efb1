"""``python -m isa_docs``."""

from isa_docs.cli.main import main

main()
