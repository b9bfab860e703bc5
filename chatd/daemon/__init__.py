"""The process that twistd starts: options, wiring, signals, the log, and starting and stopping.

Nothing else in chatd imports this package, except `chatd.tap`, which twistd loads.
"""
