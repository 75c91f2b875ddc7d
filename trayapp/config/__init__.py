"""services.toml and secrets: what the user wrote becomes `Settings`, and goes back without a comment lost."""
