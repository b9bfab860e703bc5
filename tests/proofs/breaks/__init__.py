"""Proof that the commonest mistakes of a line server are found, and that the tests say which.

The breaks are changes of the code that a learner may make. Each has to turn a test red whose name
or message has the word of the cause. This package must not know how the tests are run otherwise.
"""
