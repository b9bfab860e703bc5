"""The attack catalogue: what one hostile client costs the others, and the machine.

``python3 -m tests.proofs.attacks`` runs every attack against a daemon as a user starts it, while a
probe
talks in the same room, and prints what the probe saw and what the attackers took. It needs Linux
with two cores, and nothing else running: it is the one place where tests depend on time, so pytest
and trial do not collect it.
"""
