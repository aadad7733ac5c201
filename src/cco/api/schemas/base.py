"""The pieces that every answer is made of."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict, Field


class Out(BaseModel):
    """An answer. Every field is always present; unknown is null, never a made-up zero."""

    model_config = ConfigDict(frozen=True, extra="forbid", from_attributes=True)


class In(BaseModel):
    """A request body. Fields we do not know are an error, so that a typing mistake is noticed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Window(Out):
    """Whole UTC days, end exclusive."""

    start: date = Field(examples=["2026-10-01"])
    end: date = Field(examples=["2026-11-01"])


class MissingRateOut(Out):
    """An exchange rate that a figure would need."""

    currency: str = Field(examples=["EUR"])
    period: date = Field(description="First day of the billing month.", examples=["2026-10-01"])


class Figure(Out):
    """An exact amount in one currency.

    `amount` is null where it can't be known: then `missing_rates` says which exchange rates are
    missing in the organisation's settings.
    """

    amount: str | None = Field(description="Exact decimal text.", examples=["182340.118240037"])
    currency: str = Field(examples=["USD"])
    missing_rates: list[MissingRateOut]


class ProblemField(Out):
    """One value of the request that is wrong."""

    place: str = Field(examples=["query.start"])
    message: str = Field(examples=["Input should be a valid date"])


class Problem(Out):
    """RFC 9457 problem details, as `application/problem+json`."""

    type: str = Field(description="A stable URN of the kind of problem.", examples=["urn:cco:not-found"])
    title: str = Field(examples=["Not found"])
    status: int = Field(examples=[404])
    detail: str = Field(description="What happened.", examples=["There is no resource 4f… here."])
    code: str = Field(description="Stable, for programs.", examples=["not-found"])
    remedy: str = Field(description="How to go on; may be empty.", examples=["Check the id."])
    correlation_id: str = Field(description="Quote it when you ask for help.", examples=["0f8b…"])
    fields: list[ProblemField] = Field(description="The values that are wrong, if any.")
