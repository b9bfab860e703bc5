"""A bot that is killed at each step, with the daemon killed between: each call is answered once.

This package knows the bot only by its command line, its room and the calls of the system that it
makes.
"""
