"""Alerts to whoever looks after a deployment: what has to be known, by mail or a command, once."""
