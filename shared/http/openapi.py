"""The OpenAPI document: FastAPI's own, and what only the signatures say: tokens, Idempotency-Key, problem details."""

from typing import Any

from fastapi import FastAPI

from shared.http import problems
from shared.http.doors import LONGEST_KEY, SHORTEST_KEY, unit_of_work
from shared.http.entrances import Entrance, entrances

TOKEN = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "Access token of the directory (`POST /v1/token`), five minutes.",
}
KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "The same key and body give the same answer; the same key and another body give 409.",
    "schema": {"type": "string", "minLength": SHORTEST_KEY, "maxLength": LONGEST_KEY},
}
PROBLEM = {
    "description": "A refusal: problem details (RFC 9457) with a stable `code`, in Chinese or English.",
    "content": {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
OF_FASTAPI = ("HTTPValidationError", "ValidationError")
"""How FastAPI would answer an invalid request; here it is problem details like every refusal."""


def openapi_of(app: FastAPI) -> dict[str, Any]:
    """Return the document of an app."""
    document = FastAPI.openapi(app)
    components = document.setdefault("components", {})
    components.setdefault("securitySchemes", {})["token"] = TOKEN
    components.setdefault("schemas", {})["Problem"] = problems.Problem.model_json_schema()
    for name in OF_FASTAPI:
        components["schemas"].pop(name, None)
    for entrance in entrances(app):
        operation = document["paths"].get(entrance.path, {}).get(entrance.method.lower())
        if operation is not None:
            _complete(operation, entrance)
    return document


def _complete(operation: dict[str, Any], entrance: Entrance) -> None:
    if entrance.act is not None:
        operation["security"] = [{"token": []}]
        operation["x-act"] = entrance.act.value
    if unit_of_work in entrance.calls and KEY not in operation.setdefault("parameters", []):
        operation["parameters"].append(KEY)
    if "HTTPValidationError" in str(operation["responses"].get("422")):
        del operation["responses"]["422"]
    operation["responses"]["default"] = PROBLEM
