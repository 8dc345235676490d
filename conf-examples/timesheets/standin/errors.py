"""What the stand-in can say no with."""


class ConfigError(Exception):
    """tenant.yaml can't be served; the message says why."""


class Refused(Exception):
    """An OAuth error answer (RFC 6749, 5.2), or one of an admin call."""

    def __init__(self, status, error, description):
        super().__init__(description)
        self.status = status
        self.error = error
        self.description = description
