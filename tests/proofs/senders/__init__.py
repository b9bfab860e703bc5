"""The programs that post to webhooks, run as they are, and what a room reads of them."""
