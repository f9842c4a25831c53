"""What `cypp status`, `cypp evidence` and the summary of a run say. Reads published tables, computes nothing."""
