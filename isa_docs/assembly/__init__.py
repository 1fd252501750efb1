"""PDFs to one package: exhibits, structure-keeping merge, contents, numbering, signature fields."""
