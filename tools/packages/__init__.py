"""The packages of chatd for machines without pip or the internet.

``python3 -m tools.packages KIND`` builds one. All are made of the wheels of chatd with all extras,
for one Python. `tests/integration/test_packages.py` runs them. These modules must not import chatd,
because it may be packed for another Python than theirs.
"""
