"""Small tools without any knowledge of chat: threads, rate limits, the error log, arguments, ...

These modules must not know an event, a room or a client.

Modules (python3 -m tools.documents writes this list):

- `budget_table`: The table of budgets: their kinds, the levels of owners, and the limits by
  default.
- `budgets`: Budgets: how much each owner may have, or use in a day, counted in a tree of owners.
- `command_manual`: The manual of a command as data: its arguments, exit statuses and examples.
- `command_parser`: The parser of a command's arguments: wrong ones are one line, and the help is a
  manual.
- `counts`: Counts that are plain numbers, to be read now and then: histograms of seconds.
- `error_log`: Errors in the log: at once, and then after pauses that grow.
- `extras`: The installation of an extra of chatd, as a command for messages about missing packages.
- `fair_queue`: A queue for few slots, in which owners have turns: no owner delays another by asking
  for much.
- `fanout`: One call that sends the same bytes to many sockets: in C, or in plain Python without
  that.
- `interfaces`: The addresses of this machine's network interfaces.
- `key_pairs`: The private key and the certificate of a server with TLS: read from two files, and
  checked.
- `meter`: The meter of one client: what the work for its answers costs, and turns to make long ones
  in.
- `private_files`: Paths and files that only their owner, and root, may change.
- `privileges`: The user that a process acts as.
- `public_keys`: The public key in an X.509 certificate, and the fingerprint by which people compare
  it.
- `rate_limit`: Rate limits: a number of actions at once, and then one after each interval; waits
  after failures.
- `self_signed`: A key, and a certificate that it signs itself: made, renewed with the same key, or
  replaced.
- `sliced_loop`: A loop over many items that lets others have their turns: some items in each turn
  of the reactor.
- `state`: The state of a part that another process goes on with, and its encoding.
- `toml`: TOML: the text of a file, or one value, as Python's values.
- `unix_peers`: The process at the other end of a UNIX socket: its user and groups, as the kernel
  tells them.
- `usage`: Wrong calls of a command, each as one line: what is wrong, what would be right, and its
  help.
- `versions`: The versions of the parts of chatd that run, as one line for operators.
- `whole_files`: Files of an operator that are read whole: regular files, of a size that an operator
  would write.
- `worker`: Threads that run one function after another, for calls that would block the reactor.
"""
