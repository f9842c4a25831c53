"""The public figures as open data: CSV in the shape of Explore Education Statistics, described for machines.

Reads the public rows of the printed tables and nothing else; what may be there is decided by the disclosure gate.
"""
