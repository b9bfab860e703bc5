"""Proof that limits refuse no person who uses the chat as people do, and bound what is stored.

``python3 -m tests.proofs.day`` drives a daemon's protocols, sessions and limits, with the defaults
of its options, through a day on a fake clock: first a class of 40 and an office of 200 behind one
address, none of whom may be refused anything; then attackers who have as much stored as they may.
A short form is part of the tests.

This package must not know how limits count: it sees answers, and the size of the store.
"""
