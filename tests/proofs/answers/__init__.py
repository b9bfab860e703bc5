"""A class that answers a question: all of it within seconds, and each person once, whatever ends.

This package knows the daemon by its lines, and reads the store when the daemon has ended.
"""
