"""Proof that servers on one log show one order, and agree, also if a part of it is lost.

``python3 -m tests.proofs.nodes`` runs the state machine for longer than the tests do. `machine` has
the steps, `checks` what has to hold, and `sabotage` faults that are found.
"""
