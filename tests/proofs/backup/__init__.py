"""Proof that a back-up of a busy daemon ends, is a prefix of each log, and holds up no line.

``python3 -m tests.proofs.backup`` takes turns with and without a back-up of a million lines, under
200 lines a second. The tests run a short form.
"""
