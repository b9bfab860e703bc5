"""Proof that each line that any client saw is on disk: `python3 -m tests.proofs.crash --help`.

- `check` compares transcripts of clients with the output of `chatd export`. Users can run it, too.
- `kills` kills a daemon under load, at random instants and at each call to the disk.
- `cuts` cuts the power: replays a daemon's writes up to any point, without those not synced.
- `upgrades` kills an upgrade of the store's file, `forgets` kills retention.
- `disk` stops, breaks and records the calls to the disk; `daemon` starts daemons cheaply;
  `people` are clients that talk, and `state` compares their answers with the records beside the
  logs; browsers and programs of `web` come back after each kill, and `resumed` checks that they
  received all lines, each once, and that what they sent again is stored once.
"""
