"""Lines of a batch: each is read and refused by itself and does not stop the others."""

from typing import Any

from pydantic import BaseModel, ValidationError, ValidatorFunctionWrapHandler

from shared.errors import Refusal
from shared.http.problems import places


class BadLine(BaseModel):
    """A line that has not the expected form, and where."""

    errors: list[dict[str, Any]]


def keep_bad(value: object, read: ValidatorFunctionWrapHandler) -> Any:  # noqa: ANN401 - whatever a line is
    """Read a line, or return a BadLine: `Annotated[LineIn, WrapValidator(keep_bad)]`."""
    try:
        return read(value)
    except ValidationError as error:
        return BadLine(errors=places(error.errors()))


def refused(refusal: Refusal, language: str) -> dict[str, Any]:
    """Return code, title and details of a refused line, as every answer about lines names them."""
    return {"code": refusal.code, "title": refusal.words(language), "details": refusal.details}
