"""A past that others wrote down: lines of checks, read with distrust and without knowing what becomes of them."""
