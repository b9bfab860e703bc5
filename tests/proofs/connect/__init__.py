"""Proof that `chatd connect` loses and doubles no line: `python3 -m tests.proofs.connect --help`.

`kills` kills a daemon while keys are typed into a terminal. This package knows the client only by
its keys and its screen.
"""
