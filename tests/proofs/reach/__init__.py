"""A proof of `/seen`: which of 500 clients are said to have a line, and which of them have it."""
