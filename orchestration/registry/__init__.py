"""The registry of indicators as Python sees it: its shape, its loading, its cross-checks."""
