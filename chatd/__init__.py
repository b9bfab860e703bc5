"""chatd: a chat room that any terminal can join.

A room is a log. A client is a cursor into it. Every line that anyone sees is already on disk. This
module must not import the packages below it, because any of them may import it.
"""

__version__ = "0.1.0"
