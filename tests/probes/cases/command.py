"""`command` in the contract: it dials nobody."""

STREAM = False
RESOLVES = False
