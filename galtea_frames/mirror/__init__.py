"""The mirror: a local copy of an account's lists that each sync brings up to date with the API.

In: a folder or URL. Out: stored rows as the frames that the loaders return. Begin with `mirror`, the class that users
call; `sync` is one run, `changes` decides what it has to write, `delta` commits that to one table, and `reading` turns
stored rows into frames.
"""
