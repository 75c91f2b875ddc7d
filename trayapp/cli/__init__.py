"""The terminal's face: the same engine without Qt."""
