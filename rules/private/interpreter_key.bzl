"""What puts a system interpreter into an action's key."""

def interpreter_key(python):
    """The environment of an action that runs an interpreter.

    A system interpreter is no input of an action: after an upgrade of the machine the same path is another interpreter. The
    variable is part of the key, and nothing reads it; hooks get an environment of their own.

    Args:
      python: a PyprojectPythonInfo.
    Returns:
      A dict, for `env` of `ctx.actions.run`.
    """
    return {"PYPROJECT_INTERPRETER": python.identity} if python.identity else {}
