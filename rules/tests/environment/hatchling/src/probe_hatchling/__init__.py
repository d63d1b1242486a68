"""A project whose build records what it sees, and whose description a plugin makes."""
