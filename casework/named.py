"""Ask the database whom an incident must be kept from."""

import json
from typing import Any

from sqlalchemy import ColumnElement, String, cast
from sqlmodel import col, func, or_

from records.incident import Incident


def holds(column: Any, code: str) -> ColumnElement[bool]:
    """Whether a list of codes that is kept as JSON has this one."""
    return cast(col(column), String).contains(json.dumps(code), autoescape=True)


def excludes(staff_id: str) -> ColumnElement[bool]:
    """Whether somebody is named in an incident, named alongside or in conflict (SPSO 68)."""
    return or_(
        func.coalesce(col(Incident.staff_id), "") == staff_id,
        holds(Incident.alongside, staff_id),
        holds(Incident.conflicted, staff_id),
    )
