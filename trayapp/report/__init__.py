"""What happened, for other people: a manager, the vendor, a customer.

`collect` asks history once and makes a frozen Report of plain values; html, markdown, sheet (CSV)
and objects (JSON) write the same report down. Nothing here decides what is true, and nothing
computes a figure that core does not compute for every other face.
"""
