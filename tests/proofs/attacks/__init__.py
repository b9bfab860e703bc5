"""The attack catalogue: the cost of one hostile client for the others, and for the machine.

``python3 -m tests.proofs.attacks`` runs every attack against a daemon as a user starts it, while a
probe talks in the same room, and prints the probe's latencies and the resources that the attackers
took. It needs Linux with two cores, and nothing else running: these are the only tests that depend
on time, so pytest and trial do not collect them.
"""
