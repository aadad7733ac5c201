"""API tokens for scripts."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter, Depends

from cco.api import present
from cco.api.deps import Caller, Id, Transaction, Wired, may
from cco.api.errors import problems
from cco.api.schemas.identity import ApiTokenCreated, ApiTokenIn, ApiTokens
from cco.core.role import Role
from cco.store.api_tokens import ApiTokens as Known

router = APIRouter(
    prefix="/tokens",
    tags=["tokens"],
    dependencies=[Depends(may(Role.ANALYST))],
)


@router.get("", summary="API tokens")
def tokens(who: Caller, session: Transaction, wiring: Wired) -> ApiTokens:
    """One's own; an admin sees everybody's."""
    return ApiTokens(tokens=[present.api_token(one) for one in Known(session, wiring.clock).of(who)])


@router.post("", summary="Make an API token", status_code=201)
def make_token(body: ApiTokenIn, who: Caller, session: Transaction, wiring: Wired) -> ApiTokenCreated:
    """Its secret is shown only now. It can do what its role and its owner's role both allow."""
    lasts = timedelta(days=body.expires_in_days) if body.expires_in_days is not None else None
    made, secret = Known(session, wiring.clock).make(who, body.name, body.role, lasts)
    return ApiTokenCreated(token=present.api_token(made), secret=secret)


@router.delete("/{token_id}", summary="Revoke an API token", status_code=204, responses=problems(404))
def revoke_token(token_id: Id, who: Caller, session: Transaction, wiring: Wired) -> None:
    """It stops working at once."""
    Known(session, wiring.clock).revoke(who, token_id)
