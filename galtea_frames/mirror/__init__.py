"""The mirror: a local copy of the lists of an account, which each sync makes equal to the API again.

In: a folder or URL. Out: stored rows as the loaders' frames. Begin with `mirror`, what users call; `sync` is one run,
`changes` says what it has to write, `delta` commits that to one table, and `reading` makes frames of stored rows.
"""
