"""Every attack there is, in the order in which they are run."""

from __future__ import annotations

from tests.attacks.attack import Attack
from tests.attacks.commands import (
    CommandFlood,
    Deeds,
    NamesRegistered,
    OddArguments,
    PasswordGuesses,
    PrivateLines,
    QuestionsCancelled,
    Renames,
    RoomsEntered,
    RoomsMade,
    Searches,
)
from tests.attacks.floods import (
    EndlessLine,
    LineFlood,
    ManyLineFloods,
    ManyNewlineFloods,
    NewlineFlood,
    OneByteSegments,
    ShortLineFloods,
    TelnetFlood,
    TimingMarks,
    UnendedLines,
)
from tests.attacks.silence import (
    HalfClosed,
    InboxFlood,
    NeverReaders,
    RepliesNeverRead,
    SilentClients,
    SlowReaders,
)
from tests.attacks.storms import (
    BadUtf8Storm,
    ConnectionStorm,
    CrowdFromOneAddress,
    Descriptors,
    HalfHandshakes,
    HandshakeStorm,
    ResetStorm,
)

CATALOGUE: tuple[type[Attack], ...] = (
    NewlineFlood,
    ManyNewlineFloods,
    LineFlood,
    ManyLineFloods,
    ShortLineFloods,
    OneByteSegments,
    EndlessLine,
    UnendedLines,
    TelnetFlood,
    TimingMarks,
    NeverReaders,
    SlowReaders,
    SilentClients,
    HalfClosed,
    RepliesNeverRead,
    InboxFlood,
    OddArguments,
    CommandFlood,
    Renames,
    RoomsMade,
    RoomsEntered,
    PasswordGuesses,
    NamesRegistered,
    QuestionsCancelled,
    Searches,
    PrivateLines,
    Deeds,
    ConnectionStorm,
    CrowdFromOneAddress,
    BadUtf8Storm,
    ResetStorm,
    HalfHandshakes,
    HandshakeStorm,
    Descriptors,
)
