"""Frames: one load, from its arguments to a DataFrame.

In: the arguments of a loader. Out: a DataFrame, or an iterator of them, whose `attrs` describe their origin. Start with
`load`; `loaders`, generated from the table of resources, holds the public functions. `joins` joins sessions with their
versions, `concat` combines loads, and `records` converts frames back to the API's objects.
"""
