"""The followers that keep the network in front of the site true, where there is one.

Two of them tell it the same, the second a little later: between a change and the moment when
every process has heard of it, one may have answered the network with the page as it was.
docs/decisions/0006-a-network-is-told-keys-twice.md has the reasoning.
"""

from datetime import timedelta

from standfirst.delivery import outside
from standfirst.delivery.outside import Outside
from standfirst.delivery.purge import SITE, Access, Purger

# More than a process may be behind (a second, where a notification is lost), a page in a storm (0.25 s),
# a cache of nginx in between (2 s) and the answer on its way.
AGAIN_AFTER = timedelta(seconds=5)


def follow(access: Access | None) -> None:
    """Register both followers, or none where there is no network.

    At the start everything is dropped: templates and settings may be others than before.
    """
    if access is not None:
        outside.register("cdn", Outside(Purger(access), at_start=(SITE,)))
        outside.register("cdn again", Outside(Purger(access), delay=AGAIN_AFTER))
