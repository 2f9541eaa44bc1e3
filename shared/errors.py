"""Refusals: what a service says no to, with a stable code, an HTTP status and words in both languages.

    Refusal
    ├── NotAuthenticated          401   who are you?
    ├── NotAllowed                403   you may know that it exists, but not do this
    ├── NotFound                  404   not there, or not for you to know
    ├── Conflict                  409   the state forbids it
    └── each service's own tree   4xx   services/<name>/errors.py

A refusal leaves no trace in any table. Its details are ids, codes and numbers, never a child's identity: they are
shown, logged and counted.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from shared.words import called, said

CATALOGUE: dict[str, type["Refusal"]] = {}
"""Every refusal by its code; tests hold codes unique and both languages present."""


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not an error of the program
    """A request that a rule turns down. Subclasses name `code`, `status`, and the words `en` and `zh`.

    The words may hold `{placeholders}` that are filled from the details.
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 422
    en: ClassVar[str] = "The request was refused."
    zh: ClassVar[str] = "请求被拒绝。"

    def __init_subclass__(cls, *, code: str, status: int, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.code, cls.status = code, status
        if code in CATALOGUE and CATALOGUE[code].__qualname__ != cls.__qualname__:
            raise TypeError(f"refusal code {code!r} is taken by {CATALOGUE[code].__qualname__}")
        CATALOGUE[code] = cls

    def __init__(self, **details: Any) -> None:
        super().__init__(self.code)
        self.details = details

    def words(self, language: str) -> str:
        """Return the sentence for a person, in `zh` or `en`, with the details filled in."""
        template = self.zh if language == "zh" else self.en
        return template.format_map(_Readable(self.told(language), language))

    def told(self, language: str) -> Mapping[str, Any]:
        """Return the details as a sentence in a language has them; the answer itself keeps the codes."""
        del language
        return self.details

    def __str__(self) -> str:
        return f"{self.code}: {self.words('en')}"


class _Readable(dict[str, Any]):
    """Details as a sentence says them, a missing one as its name."""

    def __init__(self, details: Mapping[str, Any], language: str) -> None:
        super().__init__(details)
        self._language = language

    def __getitem__(self, key: str) -> object:
        return said(super().get(key, key), self._language)

    def __contains__(self, key: object) -> bool:
        return True


class NotAuthenticated(Refusal, code="not-authenticated", status=401):
    en = "A valid access token is needed: {reason}."
    zh = "需要有效的访问令牌：{reason}。"


class NotAllowed(Refusal, code="not-allowed", status=403):
    en = "This organisation or role may not do this ({act})."
    zh = "该机构或角色无权进行此操作（{act}）。"


class NotFound(Refusal, code="not-found", status=404):
    en = "Nothing of this kind with this id is visible to you ({kind})."
    zh = "没有您可以查看的此类记录（{kind}）。"


class CaseNotFound(Refusal, code="case-not-found", status=404):
    en = "No case with this id is visible to you here; one that was registered moments ago may still be on its way."
    zh = "此处没有您可以查看的该个案；刚刚登记的个案可能仍在同步中。"


class Conflict(Refusal, code="conflict", status=409):
    en = "The present state does not allow this: {reason}."
    zh = "当前状态不允许此操作：{reason}。"


class InvalidRequest(Refusal, code="invalid-request", status=422):
    en = "The request does not have the expected form; see errors for each place."
    zh = "请求格式不正确；详见 errors 中的各项。"


class InTheFuture(Refusal, code="in-the-future", status=422):
    en = "{field} lies in the future."
    zh = "{field} 不能晚于当前时间。"


class KeyReused(Refusal, code="idempotency-key-reused", status=409):
    en = "This Idempotency-Key was used before with another request."
    zh = "该 Idempotency-Key 已用于另一个请求。"


class KeyMissing(Refusal, code="idempotency-key-missing", status=400):
    en = "A write needs an Idempotency-Key header of 8 to 200 characters."
    zh = "写入请求需要 Idempotency-Key 请求头（8 至 200 个字符）。"


class TooLarge(Refusal, code="too-large", status=413):
    en = "The request body is larger than {limit} bytes."
    zh = "请求内容超过 {limit} 字节。"


class TooManyRequests(Refusal, code="too-many-requests", status=429):
    en = "Too many requests; try again in {retry_after} seconds."
    zh = "请求过于频繁；请在 {retry_after} 秒后重试。"


class TemporarilyUnavailable(Refusal, code="temporarily-unavailable", status=503):
    en = "{what} cannot be reached at the moment; nothing was saved. Try again in a moment."
    zh = "{what} 暂时无法访问；未保存任何内容，请稍后重试。"

    def told(self, language: str) -> Mapping[str, Any]:
        return {**self.details, "what": called("Service", self.details["what"], "zh" if language == "zh" else "en")}
