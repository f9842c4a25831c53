"""What keeps the state of a data folder whole: it is checked here."""
