"""What holds for every test."""

from __future__ import annotations

import os

# DfE's rules take seconds a return and find what the small extracts leave out; only their own tests
# (`tests/unit/checks/test_statutory_rules.py`) ask for them, whether they are installed or not.
os.environ["CYPP_VALIDATORS"] = ""
