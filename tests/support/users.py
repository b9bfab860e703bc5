"""A user of this machine whose login is a name that an account may have."""

from __future__ import annotations

import os
import pwd

from chatd.accounts.local_users import overflow_uid
from chatd.text.validation import InvalidName, check_new_name


def usable_user() -> pwd.struct_passwd | None:
    """Return this process's own user, or any that root can be; None without one."""
    users = pwd.getpwall() if os.geteuid() == 0 else [pwd.getpwuid(os.geteuid())]
    for user in users:
        try:
            check_new_name(user.pw_name)
        except InvalidName:
            continue
        if user.pw_uid not in (0, overflow_uid()):
            return user
    return None
