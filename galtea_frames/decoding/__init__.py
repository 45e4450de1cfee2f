"""Decoding: bytes of pages to typed columns, of which nothing is lost.

In: the bytes of an answer. Out: Arrow columns of one schema, and notes on what they could not hold. Begin with `kinds`,
the typing rule; `reader` reads a page, `gatherer` puts its values into narrow arrays, and `schema` widens these once
all pages were seen. Where the pages come from is none of its business: that is `walk`, from which this room does not
import.
"""
