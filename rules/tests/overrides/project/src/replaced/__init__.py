"""Built with a setuptools that its pyproject.toml does not ask for."""
