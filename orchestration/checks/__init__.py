"""Runs the checks of `expectations/` over what was taken in, and keeps their results."""
