"""Cells -> the tables of a contract: which table a block is, its headings, its values, keys in place of identifiers."""
