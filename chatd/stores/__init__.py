"""Where logs are kept. Each module is one kind of store; none knows of rooms, clients or wires."""
