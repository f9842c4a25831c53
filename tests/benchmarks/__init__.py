"""Benchmarks: `make bench` prints CPU seconds, wall seconds and peak memory; nothing is asserted."""
