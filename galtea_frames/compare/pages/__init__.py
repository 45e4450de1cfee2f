"""Pages of a comparison: tables to HTML and Markdown; only layout is computed here."""
