"""What can go wrong with the API server, translated once, here, from HTTP."""

from __future__ import annotations

from dataclasses import dataclass

from netkeel.errors import GateError


class KubernetesError(GateError):
    """Any fault of the API server or the way to it: reported, and tried again later."""


class UnreachableError(KubernetesError):
    """No answer in time: the state that was read last goes on to hold."""


class UnauthorizedError(KubernetesError):
    """The credentials are not accepted (401): they are read again, then it is reported."""


class ForbiddenError(KubernetesError):
    """A right is missing (403): every right is asked for again and each missing one named."""


class NotFoundError(KubernetesError):
    """The object is gone (404): nothing is to be done to it any more."""


class ConflictError(KubernetesError):
    """Somebody else changed the object or owns the field (409): read again, then decide."""


class GoneError(KubernetesError):
    """The watch's resource version is too old (410): list again."""


@dataclass
class ThrottledError(KubernetesError):
    """Too many requests (429): wait for `retry_after_s`."""

    message: str
    retry_after_s: float

    def __str__(self) -> str:
        """The message."""
        return self.message


class InvalidObjectError(KubernetesError):
    """The server refuses the object (400, 422): a fault of ours or of an admission rule."""


class ServerFaultError(KubernetesError):
    """The server failed (5xx): tried again later."""


_BY_STATUS: dict[int, type[KubernetesError]] = {
    400: InvalidObjectError,
    401: UnauthorizedError,
    403: ForbiddenError,
    404: NotFoundError,
    409: ConflictError,
    410: GoneError,
    422: InvalidObjectError,
}


def from_status(status: int, message: str, retry_after: str | None = None) -> KubernetesError:
    """The error for an HTTP status."""
    if status == 429:
        return ThrottledError(message, _seconds(retry_after))
    kind = _BY_STATUS.get(status, ServerFaultError)
    return kind(message)


def _seconds(text: str | None) -> float:
    try:
        return max(0.1, float(text or "1"))
    except ValueError:  # Retry-After may be a date: a second is as good as any guess
        return 1.0
