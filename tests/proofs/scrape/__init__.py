"""The measurement of a scrape: how long the reactor is held by it with many clients."""
