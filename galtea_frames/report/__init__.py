"""The report: what a day, a week or a month was like beside the one before.

In: frames of sessions and versions, and terms. Out: HTML, Markdown, JSON, charts. Begin with `report`, what users call;
`terms` checks what is asked for, `analysis` computes, `findings` are what it says as plain values, `pages` show them.
"""
