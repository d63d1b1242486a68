"""Built with pbr 6.0.0 and setuptools 70.0.0."""
