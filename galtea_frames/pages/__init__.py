"""What all pages share: words, labels, pictures, style, templates, and the formats they are read in.

In: plain values. Out: text, HTML, Markdown and PNG. Begin with `rendering`, which prepares the templates; `pictures`
draws with matplotlib, and `lettering` chooses names that it can draw.
"""
