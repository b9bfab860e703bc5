"""Small tools without any knowledge of chat: threads, rate limits, the error log, private files.

These modules must not know an event, a room or a client.
"""
