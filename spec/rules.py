"""The rules of the protocol, each as a switch: which of them holds, and which is broken.

The defaults are the protocol. Each other value is a mistake that is easily made, and has a world in
`spec.worlds_that_fall` that finds it, or one in `spec.worlds_that_hold` that shows that the rule is
not needed for safety. This module must not know how a rule is carried out.
"""

from __future__ import annotations

from typing import Literal, NamedTuple


class Rules(NamedTuple):
    """The rules of the protocol. The strings under the fields say what each demands."""

    show: Literal["safe", "visible"] = "safe"
    """A node publishes what is known to be safe; "visible": what it can read."""

    hint: Literal["client", "pipeline", "inside", "off"] = "client"
    """Hints that a batch is safe are sent by the author after a clean answer; "pipeline": by its
    backend, as the next statement; "inside": in the transaction of the append; "off": none are sent
    or heard, and each node seals for itself."""

    drop_hint: bool = True
    """A hint above what was read is not kept past the next barrier."""

    heed_warning: bool = True
    """An answer with a WARNING is no answer."""

    seal_stored: bool = True
    """The answer "had been stored" counts after a seal."""

    seal_no: bool = True
    """The answers "fenced", "refused" and "again" count after a seal."""

    same_id: bool = True
    """A batch has the same id in each try."""

    read_then_seal: bool = True
    """A barrier vouches for what was read before it began, not for what is read after it."""

    drop_buffer: bool = True
    """The buffer of batches that were read and not published is dropped with the connection."""

    drop_safe: bool = True
    """The mark of what is safe is dropped with the connection, unless the timeline is looked at."""

    own_in_turn: bool = True
    """A node publishes its own batches in their turn, like those of others."""

    fence: bool = True
    """A batch whose term is not its node's present one is refused."""

    new_term: bool = True
    """A node that gave up joins with a new term before it appends again."""

    answer_decides: bool = True
    """A batch in doubt is decided by its own answer or its place in the log, not by a renewal or a
    join that says that its term has ended."""

    join_names_term: bool = True
    """A join names the last term that its process had, or one that it read if it had none. It is
    refused if the node has joined since."""

    store_refusals: bool = True
    """A batch of which a claim was refused, or a write in conflict, is in the log all the same,
    without these, with its number and its id. So a late try of it is not judged anew."""

    check_rights: bool = True
    """A batch with lines is answered "again" if another term changed the rights since its known."""

    exact_rights: bool = True
    """The engine knows the last change of the rights, and the last one by another term than that;
    not only the last one."""

    ask_again: bool = True
    """After "again" the node asks once more whether its lines may be said."""

    first_known: bool = True
    """A retry names the known of the first try, by which its lines were allowed."""

    ask_in_doubt: bool = False
    """Lines in doubt are asked for again once a change of the rights is published. Not needed."""

    check_rights_writes: bool = True
    """A change of the rights conflicts if another term changed the rights since its known."""

    check_records: bool = True
    """A write of a record conflicts if another term changed the record since its known."""

    compare_claims: bool = True
    """A claim is refused if another node holds one of its looks."""

    free_claims: bool = True
    """A join or a reap frees what the node's older terms claimed."""

    join_compares: bool = True
    """A join takes what its node still holds only if no other node has it."""

    heed_loss: bool = True
    """A node that lost a name, as the answer to its join says, does not use it any more."""

    end_visits: bool = True
    """A join or a reap deletes the visits of the node's older terms."""

    discipline: bool = True
    """A standby that was taken out of the set is not promoted until it has everything again."""

    check_last: bool = True
    """A node leaves a server that lacks what it has published. Not needed."""

    check_timeline: bool = True
    """A node leaves a server of an older timeline than the last one. Not needed if the mark of what
    is safe is dropped."""


GOOD = Rules()
"""The protocol."""
