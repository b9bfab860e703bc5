"""The process that twistd starts: options, wiring, signals, the log, and starting and stopping.

It wires the other packages, and must not know how they do their work. Nothing else in chatd imports
it, except `chatd.tap`, which twistd loads.

Modules (python3 -m tools.documents writes this list):

- `address_sentences`: Sentences for the operator about the addresses at which the daemon listens.
- `addresses`: The description of an address, as operators write it: its parts, or what is wrong
  with it.
- `audit_file`: The file of the audit: an object of JSON on each line, written by a thread.
- `bind_errors`: Why an address cannot be bound, in a sentence that says what to do about it.
- `certificates`: The certificates of all addresses with TLS: read again when they change, and
  watched for expiry.
- `check_config`: `chatd check-config`: what is wrong with a configuration file, all at once.
- `config_template`: `chatd init`: a configuration file in which every setting is a comment, with
  its default.
- `configuration`: The configuration: the settings that a file, the environment and the command line
  make together.
- `exposition`: The figures in the format of Prometheus, as `prometheus-client` writes them.
- `figure_row`: The rows of the table of figures: what a figure is, and the parts of the daemon it
  is read from.
- `figures`: The figures of the daemon: what operators watch, each a row of one table.
- `given`: Values of settings as they were given, and what is wrong with them.
- `handover`: The handover of all clients to another process: an upgrade that clients do not notice.
- `irc_rows`: The settings of the door for IRC clients: rows of the table of settings.
- `lan`: The addresses of `--lan`: the local network comes in over TLS, without a file to prepare.
- `lan_guide`: The lines of the log by which people on the local network come in: commands, and a
  picture.
- `listener_settings`: The settings of one address at which the daemon listens: a value.
- `listener_table`: The table of the settings that one address has of its own, in the configuration
  file alone.
- `listener_wiring`: The wiring of the listeners: for each address the factory that serves it,
  bound.
- `listeners`: Listening: an endpoint's description becomes a bound port, or one line that says why
  not.
- `local_network`: An endpoint at which only this machine and its local network are let in.
- `log_lines`: Lines of the log: events of Twisted's logger as text or as objects of JSON, from a
  level up.
- `log_output`: The output of the log: standard output, or the file that twistd's options name.
- `log_pipe`: A file for a log, written by a thread, so that the daemon waits for no reader and for
  no disk.
- `manual`: The help of the daemon: its options in groups, as a manual like that of all commands.
- `metrics_token`: The token that a request for the figures needs: a file with one line, read at the
  start.
- `monitor`: The monitor: what those are told who watch the daemon, over HTTP and by `chatd admin
  stats`.
- `motd`: The message of the day: a text file, read at the start and again at each reload.
- `options`: The options of ``twistd chat``, as they are given on the command line.
- `os_process`: The operating system process of the daemon: its clock, open files, garbage and user.
- `passed_sockets`: The sockets that the service manager has opened, and passes to the daemon by
  names.
- `port_owner`: The process that listens on a TCP port, for the message that the port is taken.
- `reactor_lag`: The lag of the reactor: how late a call is made, because others take long.
- `readiness`: The state of the daemon for those who watch it: healthy, and ready for clients.
- `reload`: A reload: the configuration is read again, and the settings that can change are changed.
- `retention`: Retention: lines older than ``--keep`` are deleted, at the start and then about
  hourly.
- `server_certificate`: The certificate that clients are shown at addresses with TLS, which can be
  read again.
- `service`: The service that twistd runs: starting, checks meanwhile, and stopping within five
  seconds.
- `service_manager`: The service manager that started the daemon, such as systemd: it is told the
  daemon's states.
- `setting_row`: A row of the table of settings: a setting, and all that is to be known of it.
- `settings`: The settings of the daemon: the values of all that is given, or all faults in it.
- `settings_checks`: Checks of settings against each other: what one of them makes of another.
- `settings_table`: The table of the settings of the daemon: the one list of what an operator can
  set.
- `shared_figures`: The figures of a log that several nodes share: there are none for a daemon that
  is alone.
- `shared_rows`: The settings of a store that several daemons share: rows of the table of settings.
- `signals`: Signal handlers of the daemon: SIGHUP renews files, SIGUSR2 upgrades, and a stop ends
  in time.
- `store_wiring`: The wiring of the store: the store that the settings name, opened, and the socket
  beside it.
- `systemd`: `chatd systemd`: write the units with which systemd runs this installation of chatd.
- `tls_endpoints`: Addresses with TLS: the endpoint below, and the certificate that clients are
  shown there.
- `toml_settings`: Settings that are given in TOML: in a configuration file, or in variables of the
  environment.
- `tools_address`: The address of this server for tools, which the URLs of incoming hooks begin
  with.
- `units`: The units of systemd: chatd as a service, and the sockets that systemd may open for it.
- `upgrade_wiring`: The wiring of upgrades: how this process is handed over, restarted, and ended.
- `value_kinds`: Kinds of values of settings: what each takes, and how its text becomes a value.
- `webhook_rows`: The rows of the settings for webhooks, outgoing and incoming.
- `wiring`: The wiring of the daemon: `makeService` makes every part once and hands it to those that
  use it.
- `wrong_options`: Options that the daemon does not have, and the ones that may have been meant.
"""
