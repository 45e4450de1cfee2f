"""The walk: every row of a selection, once, whatever comes and goes meanwhile.

In: a query. Out: slices, which are pages with the rows that are new. Begin with `walk`, the only page loop; `fetch`
unites all walks and look-ups that a query takes, and `crew` has workers share them. What a row holds is none of its
business: that is `decoding`, from which this room does not import.
"""
