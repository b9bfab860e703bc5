"""The process that twistd starts: options, wiring, signals, the log, and starting and stopping.

It wires the other packages, and must not know how they do their work. Nothing else in chatd imports
it, except `chatd.tap`, which twistd loads.

Modules (python3 -m tools.documents writes this list):

- `listeners`: Listening: an endpoint's description becomes a bound port, or one line that says why
  not.
- `log_pipe`: Standard output for a log, written by a thread, so that the daemon never waits for its
  reader.
- `motd`: The message of the day: a text file, read at the start and again after each SIGHUP.
- `options`: The options of the daemon, their defaults (limits, past lines shown, ...), and their
  checks.
- `os_process`: The operating system process of the daemon: its clock, open files, garbage, log and
  user.
- `retention`: Retention: lines older than ``--keep`` are deleted, at the start and then about
  hourly.
- `service`: The service that twistd runs: starting, checks meanwhile, and stopping within five
  seconds.
- `signals`: Signal handlers of the daemon: a SIGHUP renews files, and a stop ends in time.
- `wiring`: The wiring of the daemon: `makeService` makes every part once and hands it to those that
  use it.
"""
