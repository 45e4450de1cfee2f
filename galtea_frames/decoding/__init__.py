"""Decoding: page bytes to typed columns, without loss.

In: the bytes of a response. Out: Arrow columns with one schema, and notes on values they could not hold. Start with
`kinds`, the typing rule; `reader` parses a page, `gatherer` puts its values into narrow arrays, and `schema` widens the
arrays after the last page. Fetching the pages is the job of `walk`, which this package does not import.
"""
