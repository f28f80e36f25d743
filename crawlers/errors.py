"""Errors that an operator can mend."""


class OperatorError(Exception):
    """Something that an operator can mend: the message says what was wrong, where, and what to do."""
