"""The small window: a verdict, the services, and a bar to choose from."""
