"""Whoever looks after a deployment is told: what has to be known, by mail or a command, once."""
