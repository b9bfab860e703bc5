"""The walk of a line: the functions and modules that it goes through, from bytes to bytes.

This package must not know what the modules do.
"""
