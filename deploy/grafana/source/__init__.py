"""What the dashboards are written in: one source, from which both languages are rendered.

The texts of a panel stand beside its query, in both languages, so that whoever changes what it
shows sees what it says. Words that several panels share are those of the desk's pages.
"""
