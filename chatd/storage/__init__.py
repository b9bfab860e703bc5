"""Stores of logs and records: the contract of a store, and each kind of store.

A store must not know a client, a command or a wire.
"""
