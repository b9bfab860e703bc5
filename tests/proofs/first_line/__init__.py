"""Proof of how soon the first line is seen on a slow phone in a slow network.

``python3 -m tests.proofs.first_line`` opens the page in Chromium with a slower processor, through a
proxy that is as slow as a mobile network. It depends on time, so pytest runs only the test of the
proxy.
"""
