"""Frames: one load, from its arguments to a DataFrame.

In: the arguments of a loader. Out: a DataFrame, or several one after the other, whose `attrs` say where they come from.
Begin with `load`; `loaders` holds what users call, and is written from the table of resources. `joins` puts sessions
beside their versions, `records` leads back to the API's objects.
"""
