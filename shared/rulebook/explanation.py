"""How one decision came about, step by step: the same for the API's answer and for `tongkang rules explain`."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from shared.words import said

QUESTIONS: dict[str, type["Question"]] = {}
"""Every rule that can explain itself, by its id."""


class Step(BaseModel):
    """One step of a decision: an item that held or failed, a band, a cap, an amount."""

    model_config = ConfigDict(frozen=True)

    code: str = Field(description="Stable code of the step.", examples=["cdss-total-below-70"])
    holds: bool | None = Field(
        default=None, description="Whether the item holds; absent where something is worked out."
    )
    en: str = Field(description="What was looked at and found, English.")
    zh: str = Field(description="What was looked at and found, Chinese.")


class Explanation(BaseModel):
    """A decision with the steps that led to it."""

    model_config = ConfigDict(frozen=True)

    rule: str = Field(description="Id of the rule in the rule book.")
    policy: str | None = Field(default=None, description="Policy version that was applied, where one was.")
    outcome: str = Field(description="What was decided, as a code or an amount.")
    steps: tuple[Step, ...] = Field(description="Steps, in the order in which they were taken.")


class Question(BaseModel, ABC):
    """An input on which one rule decides; `class ScoreMChat(Question, of="screening.m-chat-23")`.

    What it holds is what the decision needs and nothing more: never a name or a number of a child.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: ClassVar[str]

    def __init_subclass__(cls, *, of: str = "", **kwargs: Any) -> None:
        """Take the question into the list of those that can be asked."""
        super().__init_subclass__(**kwargs)
        if not of:
            return
        if of in QUESTIONS and QUESTIONS[of].__qualname__ != cls.__qualname__:
            raise TypeError(f"two questions ask for rule {of!r}")
        cls.rule = of
        QUESTIONS[of] = cls

    @abstractmethod
    def explain(self) -> Explanation:
        """Decide, by the very function that the service uses, and return how."""


def step(code: str, en: str, zh: str, *, holds: bool | None = None, **values: object) -> Step:
    """Return a step, its two sentences filled with the values."""
    in_english, in_chinese = ({name: said(value, tongue) for name, value in values.items()} for tongue in ("en", "zh"))
    return Step(code=code, holds=holds, en=en.format_map(in_english), zh=zh.format_map(in_chinese))
