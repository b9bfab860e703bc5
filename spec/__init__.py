"""The protocol by which several nodes share one log on PostgreSQL, as a model that is searched.

A change of the protocol is made here first: a new rule is a field of `spec.rules.Rules`, with a
world that holds by it, and one that falls without it. README.md says what is modelled and what was
found. The model must not import chatd: it says what the code has to do, not what it does.

Modules:

- `rules`: the rules of the protocol, each with the mistake that it prevents.
- `log`: the log as a tree of all logs, and what is wrong with each.
- `state`: the states of servers and nodes, and steps between them.
- `append`: the function by which the engine appends a batch.
- `engine`: the steps of the servers: replication, seals, failovers.
- `answers`: what an answer means for a node and its people.
- `sending`: the batches that a node sends.
- `nodes`: the steps of the nodes: connecting, publishing, sealing, giving up.
- `invariants`: what has to be so in each state, and in the end.
- `model`: all of these together.
- `search`: the search through all states of a model, breadth first.
- `report`: searches of models, and what is printed of them.
- `world`: a world: what people ask for, and the faults that may happen.
- `worlds_that_hold`: small worlds in which all invariants hold.
- `worlds_that_fall`: small worlds in which one rule is broken, and which fall.
- `deep_worlds`: larger worlds, which take hours.
- `check`: the command that searches the worlds.
- `leases`, `blocks`, `hook_turns`: models beside that of the log.
- `small_models`: the command that searches these.
"""
