"""A project whose build records what it sees."""
