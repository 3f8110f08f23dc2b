"""The answer that every error of the API has: its body, and its place in the schema.

These are not in `annotations.errors`: DRF's views load our parsers, which raise the errors of that module.
"""

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from rest_framework.exceptions import APIException
from rest_framework.response import Response
from rest_framework.views import exception_handler

from annotations.errors import TooMuch


def handle(error: Exception, context: dict) -> Response | None:
    """Answer `error` in DRF's shape, with a machine-readable `code` in every body."""
    if isinstance(error, TooManyFilesSent | TooManyFieldsSent | RequestDataTooBig):
        error = TooMuch()
    response = exception_handler(error, context)
    if response is None:
        return None
    codes = error.get_codes() if isinstance(error, APIException) else None
    code = (
        codes
        if isinstance(codes, str)
        else {403: "permission_denied", 404: "not_found"}.get(response.status_code, "invalid")
    )
    data = response.data if isinstance(response.data, dict) else {"errors": response.data}
    response.data = {**data, "code": code, **getattr(error, "extra", {})}
    return response


def add_errors(result: dict, generator, request, public) -> dict:
    """Add the answer of errors to each operation of the schema; returns `result`, for drf-spectacular."""
    schemas = result["components"].setdefault("schemas", {})
    schemas.setdefault(
        "Error",
        {
            "type": "object",
            "description": "A field that is wrong is named beside `code`, with its sentences.",
            "properties": {"code": {"type": "string"}, "detail": {"type": "string"}},
            "required": ["code"],
        },
    )
    error = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    for methods in result["paths"].values():
        for operation in methods.values():
            operation["responses"].setdefault("default", {"description": "An error.", "content": error})
    return result
