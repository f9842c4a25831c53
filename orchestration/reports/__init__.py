"""Pages for officers and committees, rendered from the published warehouse only."""
