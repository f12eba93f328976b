"""The catalogue as a site of plain files: an index, a page an entry, lemmas, rules, guides and the report.

Nothing here needs a server or a network. Every page holds its own style and math font, as the proof pages do: a browser
that opens a file refuses fonts from files beside it, and a page that is copied out of the folder stays whole.
"""
