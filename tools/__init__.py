"""Programs that the project runs on itself, by hand."""
