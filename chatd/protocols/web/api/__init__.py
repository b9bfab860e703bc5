"""HTTP requests of programs and browsers: rooms, history, sign-in and subscriptions.

These modules must not know how bytes become a request.
"""
