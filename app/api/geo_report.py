"""The forms of GeoReport v2: records or errors in, JSON or XML out, by the ending of the address."""

from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

from fastapi import Request, Response
from pydantic_core import to_json

PREFIX = "/open311/v2"
_STATUS = {401: 403, 413: 400, 422: 400}
"""What the standard calls what is another status elsewhere."""
Records = Sequence[Mapping[str, Any]]


def fault(status: int, detail: str, request: Request) -> Response:
    """Return an error as its clients read it."""
    code = _STATUS.get(status, status)
    kind = "xml" if request.url.path.endswith(".xml") else "json"
    return written(kind, "errors", "error", [{"code": code, "description": detail}], code)


def written(kind: str, root: str, item: str, records: Records, status: int = 200) -> Response:
    """Return records in the format asked for."""
    if kind == "json":
        return Response(to_json(list(records)), status, media_type="application/json; charset=utf-8")
    tree = ElementTree.Element(root)
    for record in records:
        node = ElementTree.SubElement(tree, item)
        for name, value in record.items():
            ElementTree.SubElement(node, name).text = None if value is None else _xml_text(value)
    body = ElementTree.tostring(tree, encoding="utf-8", xml_declaration=True)
    return Response(body, status, media_type="text/xml; charset=utf-8")


def _xml_text(value: object) -> str:
    text = "true" if value is True else "false" if value is False else str(value)
    return "".join(c for c in text if c in "\t\n\r" or c >= " ")
