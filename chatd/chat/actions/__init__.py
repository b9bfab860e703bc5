"""The use cases of the chat, one module a subject: each checks, acts, and returns the result.

An action must not know a slash, a sentence that a person reads, a wire format or a connection.
"""
