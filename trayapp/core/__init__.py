"""Values and rules. Nothing here knows Qt, a disk, a socket or a clock."""
