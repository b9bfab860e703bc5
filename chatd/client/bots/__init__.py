"""The parts of `chatd bot`, which lets a program answer the people of a room.

A call is a line that asks for the program. Its answer is said once: the state of the bot is in a
file, and the server knows the key of each answer. This package must not know the command line.

Modules (python3 -m tools.documents writes this list):

- `answering`: A bot in its room: it takes calls, has them worked on, and says the answers.
- `answers`: The output of a program as a message that a server takes, and the answers in JSON.
- `calls`: Calls: the lines of a room that a program is to answer, and the forms in which it is
  given them.
- `outbox`: The messages that a bot has to say, in their order, and the calls that they answer.
- `processes`: The process of a program: clean, in a group of its own, and ended with all that it
  started.
- `programs`: A program that is started for each call: it is given the call, and what it prints is
  the answer.
- `requests`: The requests of a bot to its server: to say a message once, and to know who said a
  line.
- `results`: The results of a program, which come from other threads, and wake the one that waits
  for them.
- `state`: The state of a bot in a file: the place in the log of its room up to which calls are
  settled.
- `stay`: A program that stays: one process for all calls, which is started again when it ends.
- `waiting`: The calls that wait for a program, and those that it works on.
"""
