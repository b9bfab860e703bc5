"""The tables of docs/threats.md, each cell tried on a server: who may do what to whom."""
