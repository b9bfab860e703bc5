"""Proof that a unit of work costs what it counts for in rate limits (`chatd.util.meter`).

``python3 -m tests.proofs.weights`` prints what a line's worth of each unit takes, for the texts
that take longest. It depends on time, so pytest does not collect it.
"""
