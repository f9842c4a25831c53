"""Areas side by side: a data folder for each, one warehouse of all (orchestration/region/README.md)."""
