"""Built with pbr 5.11.1 and setuptools 80.9.0."""
