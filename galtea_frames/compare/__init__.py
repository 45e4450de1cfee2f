"""Two versions, scored and paired: which metrics got better or worse, by how much, and on which test cases.

In: frames of scores, sessions, versions and turns. Out: a `Comparison`, whose tables are DataFrames and whose pages are
made from them. Begin with `comparison`, then `scores` and `pairs`.
"""
