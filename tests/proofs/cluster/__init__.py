"""Proof that nodes on PostgreSQL keep their word while servers, nodes and the network fail.

``python3 -m tests.proofs.cluster`` runs it for longer than the tests do. A primary, its synchronous
standby and three daemons are real processes, and so are the faults.

- `rounds` has the replication stall, ends commits that wait for it, and has the primary fail over:
  no client was shown a line that is not stored at the same place afterwards.
- `chaos` does all that and more for a minute, at any moment: nodes are killed, suspended and cut
  off, too.
- `sabotage` makes faulty nodes, which are found out.
- `nodes` starts daemons, `faults` makes faults, `clients` talk by each protocol, and `outcomes`
  compares what they were told with what is stored; `crowd` brings them to
  nodes, and `result` counts.
"""
