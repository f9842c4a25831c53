"""Spreadsheets that people fill in: written here, read back like any other extract (contract `form`)."""
