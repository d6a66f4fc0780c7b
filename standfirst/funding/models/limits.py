"""How long what is stored may be, for columns and for the checks before them."""

from datetime import timedelta

NAME_LENGTH_MAX = 60  # characters; a name longer than this breaks every list it stands in
MESSAGE_LENGTH_MAX = 500  # characters; a line or two for the newsroom, not a letter
DEDICATION_LENGTH_MAX = 100  # characters; "in memory of" and a name
NOTE_LENGTH_MAX = 200  # characters; a line for the books
ACCOUNT_LENGTH_MAX = 90  # characters; "income:matching:" and a campaign's slug
REFERENCE_LENGTH_MAX = 120  # characters; Stripe's identifiers stay far below
STORY_KEY_LENGTH_MAX = 40  # characters; "story:" and a number
DIGEST_LENGTH = 64  # hexadecimal digits of SHA-256
GIFT_OPEN_AGE_MAX = timedelta(minutes=55)  # five minutes less than the hosted page lives
GIFT_UNOPENED_AGE_MAX = timedelta(minutes=20)  # later, the page would live for less than the half hour Stripe wants
TRANSFER_OPEN_AGE_MAX = timedelta(days=60)  # a bank transfer that has not come by then was not made
BROWSER_KEPT_FOR = timedelta(days=2)  # who began a gift is forgotten then: only its haste was of interest
