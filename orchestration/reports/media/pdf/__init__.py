"""The committee and board reports on paper: the pages' own content, set by typst as tagged PDF."""
