"""The walk: every row of a selection exactly once, even while rows are added and deleted.

In: a query. Out: slices, which are pages with their new rows. Start with `walk`, the only page loop; `fetch` runs all
walks and lookups of a query, and `crew` spreads them over worker threads. What the rows contain is up to `decoding`,
from which this package does not import.
"""
