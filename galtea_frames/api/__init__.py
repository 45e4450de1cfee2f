"""The API: which lists it has, what may be asked of them, and how one request is sent and answered.

In: a loader's arguments. Out: checked queries, and pages of rows. Begin with `resources`, the table of lists, columns
and filters; `query` checks arguments against it, `splitting` cuts long queries into requests that the API takes,
`transport` sends one request with its attempts and waits. No other room knows the network.
"""
