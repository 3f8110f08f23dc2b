"""Reading of request bodies."""

from django.conf import settings
from rest_framework.parsers import JSONParser

from annotations.errors import TooMuch


class BoundedJSONParser(JSONParser):
    """JSON up to DATA_UPLOAD_MAX_MEMORY_SIZE bytes, which Django checks for forms alone."""

    def parse(self, stream, media_type=None, parser_context=None):
        """Return the parsed body; raises TooMuch, ParseError."""
        length = (parser_context or {})["request"].META.get("CONTENT_LENGTH") or 0
        if int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise TooMuch()
        return super().parse(stream, media_type, parser_context)
