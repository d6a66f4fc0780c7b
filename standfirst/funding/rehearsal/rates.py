"""What a currency is worth in another one, made up: fixed, with a little weather that depends on the day."""

from standfirst.kit.money import exponent

MICRO = 1_000_000
# Millionths of a US dollar; what is not here is worth one. Good enough to rehearse, wrong for anything else.
_WORTH = {
    "usd": MICRO,
    "eur": 1_080_000,
    "gbp": 1_270_000,
    "chf": 1_130_000,
    "cad": 730_000,
    "aud": 660_000,
    "sek": 95_000,
    "nok": 94_000,
    "dkk": 145_000,
    "pln": 250_000,
    "jpy": 6_600,
    "huf": 2_700,
    "kwd": 3_250_000,
    "bhd": 2_650_000,
    "ugx": 270,
    "isk": 7_200,
}
_TWO_DECIMALS_AT_STRIPE = {"UGX", "ISK"}
_SECONDS_OF_DAY = 86_400


def rate_micro(source: str, target: str, at: int) -> int:
    """Return how many millionths of ``target`` one ``source`` buys on the day of the second ``at``."""
    weather = 1_000 + (at // _SECONDS_OF_DAY * 37) % 21 - 10  # from -1 % to +1 %, another each day
    return _WORTH.get(source, MICRO) * MICRO * weather // (_WORTH.get(target, MICRO) * 1_000)


def converted(amount: int, source: str, target: str, micro: int) -> int:
    """Return ``amount`` smallest units of ``source`` in those of ``target``, rounded half up away from zero."""
    if target.upper() in _TWO_DECIMALS_AT_STRIPE and source != target:
        return _converted(amount, source, micro, 0) * 100
    return _converted(amount, source, micro, _decimals(target))


def _converted(amount: int, source: str, micro: int, decimals: int) -> int:
    sign, size = (-1, -amount) if amount < 0 else (1, amount)
    up, down = 10**decimals * micro, 10 ** _decimals(source) * MICRO
    found: int = sign * ((size * up * 2 + down) // (down * 2))
    return found


def _decimals(currency: str) -> int:
    code = currency.upper()
    return 2 if code in _TWO_DECIMALS_AT_STRIPE else exponent(code)
