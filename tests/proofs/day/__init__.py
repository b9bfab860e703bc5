"""Proof that limits refuse no person who uses the chat as people do.

``python3 -m tests.proofs.day`` drives a daemon's protocols, sessions and limits, with the defaults
of its options, through a day on a fake clock: a class of 40 and an office of 200 behind one
address, none of whom may be refused anything. A short form is part of the tests.

This package must not know how limits count: it sees answers.
"""
