"""Pages: findings to HTML, Markdown and PNG; only layout is computed here.

In: findings. Out: text and PNG. Begin with `rendering`, which fills the templates; `charts` draws with matplotlib, and
`sparklines` places the small drawings in tables.
"""
