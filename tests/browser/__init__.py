"""The page in a real browser: Chromium without a screen, and a daemon in a process of its own.

`chromium` knows the browser, `tab` what a person sees and does in one tab of it, `daemon` what is
talked to. Tests read what is on the page by roles and labels, as a screen reader does, so that
they hold for any page that has those. Nothing here sleeps: whatever takes time is waited for.
"""
