"""A gzip stream put together from parts is the same as one that was made at once, for whoever reads it."""

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standfirst.delivery import encoding
from standfirst.delivery.kept import composed, part_of

pytestmark = pytest.mark.one_database

texts = st.lists(st.binary(max_size=400).flatmap(lambda piece: st.integers(1, 40).map(lambda times: piece * times)))


def sizes(parts: list[bytes]) -> list[tuple[int, int]]:
    return [(encoding.checksum_of(part), len(part)) for part in parts]


@given(texts)
def test_any_split_of_any_body_is_one_gzip_member_with_the_right_trailer(parts: list[bytes]) -> None:
    body = b"".join(parts)

    packed = encoding.gzip_of(sizes(parts), encoding.deflated(*parts))

    reader = zlib.decompressobj(wbits=31)
    assert reader.decompress(packed) == body
    assert reader.eof
    assert reader.unused_data == b""
    assert gzip.decompress(packed) == body
    assert packed[-8:] == zlib.crc32(body).to_bytes(4, "little") + len(body).to_bytes(4, "little")


@given(texts, st.lists(st.integers(0, 7), max_size=6))
def test_parts_can_be_put_together_in_any_order(parts: list[bytes], order: list[int]) -> None:
    chosen = [parts[number % len(parts)] for number in order] if parts else []
    deflated = dict(zip(chosen, encoding.deflated(*chosen), strict=True))

    packed = encoding.gzip_of(sizes(chosen), (deflated[part] for part in chosen))

    assert gzip.decompress(packed) == b"".join(chosen)


@given(st.lists(st.binary(max_size=2 * encoding.STORED_BYTES_MAX)))
def test_parts_around_the_length_that_is_left_as_it_is_are_one_member_too(parts: list[bytes]) -> None:
    packed = encoding.gzip_of(sizes(parts), encoding.deflated(*parts))

    assert gzip.decompress(packed) == b"".join(parts)


def test_what_is_short_needs_no_compressor() -> None:
    (block,) = encoding.deflated(b"4711")

    assert block == b"\x00\x04\x00\xfb\xff4711"


@given(texts, texts)
def test_variants_with_other_bytes_have_other_etags(parts: list[bytes], others: list[bytes]) -> None:
    one, other = (composed([part_of(part) for part in each], []) for each in (parts, others))

    assert (one.etag == other.etag) == (one.body == other.body)


@given(texts)
def test_a_composed_variant_says_how_it_is_encoded(parts: list[bytes]) -> None:
    body = b"".join(parts)

    variant = composed([part_of(part) for part in parts], [])

    coding = dict(variant.headers).get(b"content-encoding", b"identity")
    assert coding == (b"gzip" if len(body) >= encoding.COMPRESS_FROM_BYTES else b"identity")
    assert (gzip.decompress(variant.body) if coding == b"gzip" else variant.body) == body
    assert dict(variant.headers)[b"content-length"] == str(len(variant.body)).encode()
