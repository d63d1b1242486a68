"""Built by a backend that was built from source."""
