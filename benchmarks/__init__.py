"""Benchmarks of chatd: against the floor, against its peers, and against its own bars.

See README.md.
"""
