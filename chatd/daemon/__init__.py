"""The process that twistd starts: options, wiring, signals, the log, and starting and stopping.

It wires the other packages, and must not know how they do their work. Nothing else in chatd imports
it, except `chatd.tap`, which twistd loads.
"""
