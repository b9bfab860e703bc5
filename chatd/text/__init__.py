"""Rules for text from people: validation, comparison, escaping, mentions and times.

These modules are pure: they must not know an event, a sentence or Twisted.

Modules (python3 -m tools.documents writes this list):

- `blanks`: Characters that show nothing: spaces of every kind, fillers, and characters without
  width.
- `confusables`: Skeletons of texts that look the same, and scripts of texts: UTS 39, for characters
  of names.
- `escaping`: The one encoder: escapes text that a person chose, so that it is safe on any terminal.
- `folding`: Folding of text for comparison, in time linear in its length, for any input.
- `graphemes`: Grapheme clusters: where a text can be cut without cutting a character that a person
  sees.
- `json_input`: Strict JSON input: JSON that readers may understand in two ways is refused.
- `mentions`: Mentions: names of people in a text.
- `messages`: Messages of several lines: their rule, and the limits of one.
- `networks`: Networks of IP addresses: how people write them, and finding those that a network is
  in.
- `rows`: Rows of CSV (RFC 4180) and of JSON, with text that people wrote.
- `sizes`: Sizes in bytes as people write and read them: 512K, 256M, 1G.
- `times`: Dates and time spans as people write and read them.
- `unicode_tables`: Tables of Unicode for the characters of names: scripts, look-alikes, marks and
  invisible ones.
- `validation`: Rules for lines, names and names of rooms, and for first lines that are not a chat
  client's.
- `work`: The work that a text makes for those who show or search it, after a quick look at it.
"""
