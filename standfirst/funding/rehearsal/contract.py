"""Requests are held to Stripe's own contract: the types that stripe-python carries, with nothing extra allowed.

The types are loaded with the first request: they take some 60 MB, which a rehearsal that
nobody uses should not cost.
"""

import sys
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

from standfirst.funding.rehearsal.errors import Refused

FIELDS_MAX = 200  # of a form; ours have some fifteen
# stripe-python types an enumeration as "Literal | str"; where a wrong word matters, the words stand here.
_WORDS = {
    "mode": {"payment", "subscription"},
    "proration_behavior": {"always_invoice", "create_prorations", "none"},
    "submit_type": {"auto", "book", "donate", "pay", "subscribe"},
    "reason": {"duplicate", "fraudulent", "requested_by_customer"},
}


def parsed(body: str) -> dict[str, Any]:
    """Return the nested form ``body``: ``a[b][0][c]=1`` is ``{"a": {"b": [{"c": "1"}]}}``."""
    tree: dict[str, Any] = {}
    for name, value in parse_qsl(body, keep_blank_values=True, max_num_fields=FIELDS_MAX):
        first, *rest = name.replace("]", "").split("[")
        place = tree
        for step, following in zip([first, *rest], [*rest, None], strict=True):
            if following is None:
                # "expand[]" names no place: the next free one is meant.
                place[step or str(len(place))] = value
            else:
                place = place.setdefault(step or str(len(place)), {})
                if not isinstance(place, dict):
                    raise Refused("parameter_invalid", f"Invalid parameter: {name}", name)
    listed: dict[str, Any] = _lists(tree)
    return listed


def _lists(tree: Any) -> Any:
    if not isinstance(tree, dict):
        return tree
    if tree and all(key.isdigit() for key in tree):
        return [_lists(tree[key]) for key in sorted(tree, key=int)]
    return {key: _lists(value) for key, value in tree.items()}


def checked(kind: str, given: dict[str, Any]) -> dict[str, Any]:
    """Return ``given`` with its numbers as numbers, or refuse it as Stripe would.

    ``kind`` names the type in stripe-python's ``params``.
    """
    import pydantic

    try:
        found: dict[str, Any] = _adapter(kind).validate_python(given)
    except pydantic.ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = "".join(f"[{part}]" if index else str(part) for index, part in enumerate(first["loc"]))
        code = "parameter_unknown" if first["type"] == "extra_forbidden" else "parameter_invalid"
        raise Refused(code, f"{name}: {first['msg']}", name) from error
    for name, words in _WORDS.items():
        if name in found and found[name] not in words:
            raise Refused("parameter_invalid", f"Invalid {name}: must be one of {', '.join(sorted(words))}", name)
    return found


@cache
def _adapter(kind: str) -> Any:
    import pydantic
    from stripe import StripeContext, params
    from typing_extensions import is_typeddict

    folder, _, name = kind.rpartition(".")
    type_: Any = getattr(getattr(params, folder) if folder else params, name)
    module = vars(sys.modules[type_.__module__])
    options = vars(sys.modules["stripe._request_options"])
    for found in module.values():
        if is_typeddict(found):
            found.__pydantic_config__ = pydantic.ConfigDict(extra="forbid", arbitrary_types_allowed=True)
    adapter: Any = pydantic.TypeAdapter(type_)
    adapter.rebuild(_types_namespace=options | module | {"StripeContext": StripeContext}, raise_errors=True)
    return adapter
