"""What every operation of the API shares in its schema."""


def add_errors(result: dict, generator, request, public) -> dict:
    """Give each operation the answer that every error has; returns RESULT, as drf-spectacular wants it."""
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
