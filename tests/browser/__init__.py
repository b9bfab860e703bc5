"""The page in a real browser: headless Chromium, and a daemon in a process of its own.

`chromium` knows the browser, `tab` the sight and the actions of a person in one tab, `daemon` the
server. Tests read the page by roles and labels, as a screen reader does, so that they are valid for
any page with the same ones. Nothing here sleeps: tests wait for conditions.
"""
