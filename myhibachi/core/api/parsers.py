"""Reads JSON bodies."""

import json
from collections.abc import Mapping
from typing import IO, Any

from rest_framework import parsers
from rest_framework.exceptions import ParseError


class JSONParser(parsers.JSONParser):
    """Strict JSON in UTF-8, of bounded size, with only text that PostgreSQL can store."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        # `body` keeps to DATA_UPLOAD_MAX_MEMORY_SIZE, which reading the stream does not.
        body: bytes = (parser_context or {})["request"].body
        try:
            # A second encoding refuses NaN, which json reads, and lone surrogates.
            text = body.decode("utf-8")
            data = json.loads(text)
            json.dumps(data, allow_nan=False, ensure_ascii=False).encode("utf-8")
        except (ValueError, RecursionError) as error:
            raise ParseError("The body is not valid JSON.") from error
        if "\\u0000" in text and _has_nul(data):
            raise ParseError("The body contains a NUL character.")
        return data


def _has_nul(data: Any) -> bool:
    if isinstance(data, str):
        return "\0" in data
    if isinstance(data, dict):
        return any(_has_nul(key) or _has_nul(value) for key, value in data.items())
    return isinstance(data, list) and any(_has_nul(item) for item in data)
