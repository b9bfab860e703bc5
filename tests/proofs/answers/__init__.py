"""A class that answers a question: within seconds, and each person once, also over kills.

This package knows the daemon by its lines, and reads the store when the daemon has ended.
"""
