"""landing -> archive, ledger, raw: what was received, typed and pseudonymised."""
