"""Who speaks, for readers who do not want to hear somebody: a token by which the browser mutes a person.

Keyed with the site's secret, and with the thread and the name, it tells which comments of one thread are of the
same guest under the same name. It leads to nobody: another thread, another name, another token. An account is
known by its name wherever it writes, so its token is the same in every thread.
"""

import hmac
from functools import cache

from django.conf import settings

from standfirst.discussion.models import Comment

TOKEN_LENGTH = 12  # hexadecimal digits; two voices of a thread of 50,000 share one once in 200,000 threads
_SALT = "standfirst.discussion.voices"


def of(comment: Comment) -> str:
    """Return the token of whoever wrote ``comment``."""
    if comment.account_id:
        said = f"account:{comment.account_id}"
    else:
        said = f"{comment.thread_id}:{comment.guest_id or ''}:{comment.name}"
    return hmac.digest(_key(), said.encode(), "sha256").hex()[:TOKEN_LENGTH]


@cache
def _key() -> bytes:
    return hmac.digest(str(settings.SECRET_KEY).encode(), _SALT.encode(), "sha256")
