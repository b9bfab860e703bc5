"""The walk of a line: which functions and modules it goes through, from bytes to bytes.

It must not know what the modules do.
"""
