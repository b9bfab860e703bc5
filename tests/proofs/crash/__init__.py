"""Proof that a line that anybody saw is on disk: `python3 -m tests.proofs.crash --help`, and the
tests.

- `check` compares what clients saw with what `chatd export` says. Users can run it, too.
- `kills` kills a daemon under load, at random instants and at each call to the disk.
- `cuts` cuts the power: replays what a daemon wrote up to any point, without what was not synced.
- `upgrades` kills an upgrade of the store's file, `forgets` kills forgetting.
- `disk` stops, breaks and records the calls to the disk; `daemon` starts daemons cheaply;
  `people` talk, and `state` compares what they were answered with what is kept beside the logs;
  browsers and programs of `web` come back after each kill, and `resumed` looks whether they were
  shown all, and each line once, and whether what they sent again is there once.
"""
