"""The API: its lists, the queries they accept, and how one request is sent and answered.

In: a loader's arguments. Out: checked queries, and pages of rows. Start with `resources`, the table of lists, columns
and filters; `query` validates arguments against it, `splitting` cuts long queries into requests that the API accepts,
and `transport` sends one request, with retries. No other package accesses the network.
"""
