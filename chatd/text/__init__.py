"""Rules for text from people: validation, comparison, escaping, mentions and times.

These modules are pure: they must not know an event, a sentence or Twisted.
"""
