"""The settings dialog: services.toml as a list and a form, drawn from the declared keys."""
