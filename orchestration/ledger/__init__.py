"""What no rebuild can derive: events in order, each proved by the hash of the one before it."""
