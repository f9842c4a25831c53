"""The data owners' loop: worklists out and in, the owners' pages. What is an issue is decided elsewhere."""
