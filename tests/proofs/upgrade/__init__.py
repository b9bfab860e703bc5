"""Upgrades of a daemon under talk: nothing is lost or doubled, and no client waits long.

`crowd` has the clients, which number what they say and note what they receive; `store` makes a
store of some size; `dying` is put in the way of successors, which then end at a chosen step;
`check` compares what was received with what is stored.

This package knows the daemon only by its command line, its addresses and its store.
"""
