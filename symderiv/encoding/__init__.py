"""Records as plain data: `writing` (encode, digest) and `reading` (decode, refuse)."""

from symderiv.encoding.reading import RecordError, decode_derivation, decode_term
from symderiv.encoding.writing import (
    Data,
    Vocabulary,
    digest,
    encode_condition,
    encode_derivation,
    encode_term,
    vocabulary,
)

__all__ = [
    "Data", "RecordError", "Vocabulary", "decode_derivation", "decode_term", "digest", "encode_condition",
    "encode_derivation", "encode_term", "vocabulary",
]  # fmt: skip
