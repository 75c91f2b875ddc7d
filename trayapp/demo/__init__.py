"""A small world on loopback that lives through outages, so that a newcomer sees life without a network."""
