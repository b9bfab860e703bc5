"""The process that twistd starts: options, wiring, signals, the log and the daemon's life.

Nothing else in chatd imports this package.
"""
