"""Documents to drafts: what would come of them can be looked at first, and nothing is published without review."""

import hashlib
from collections.abc import Mapping
from typing import Any

from app.domain.errors import Conflict, HotlineError, InvalidInput
from app.domain.frozen import Frozen
from app.flows.knowledge import EDITABLE, KnowledgeFlow
from app.receive.documents import Fields, read_document

NEEDED = ("title", "body", "source", "owner")


class ImportedDraft(Frozen):
    """One article found in a document, and why it cannot be taken, if so."""

    id: str
    title: str
    sections: int
    characters: int
    fields: dict[str, Any]
    problem: str | None = None
    taken: bool = False


class KnowledgeImportFlow:
    """Reads documents and keeps their articles as drafts."""

    def __init__(self, knowledge: KnowledgeFlow) -> None:
        self._knowledge = knowledge

    def preview(self, name: str, content: bytes, common: Mapping[str, Any]) -> list[ImportedDraft]:
        """Return what an import would make; `common` fills what the document does not say.

        Raises:
            InvalidInput: the document cannot be read.
        """
        known = {key: value for key, value in common.items() if key in EDITABLE and value}
        return [self._draft({**known, **fields}) for fields in read_document(name, content)]

    def run(self, name: str, content: bytes, common: Mapping[str, Any], *, actor: str) -> list[ImportedDraft]:
        """Keep every usable article as a draft; the same document twice changes nothing."""
        return [self._keep(draft, actor) for draft in self.preview(name, content, common)]

    def _keep(self, draft: ImportedDraft, actor: str) -> ImportedDraft:
        if draft.problem:
            return draft
        try:
            self._knowledge.create({**draft.fields, "id": draft.id}, actor=actor)
        except (InvalidInput, Conflict) as error:
            return draft.model_copy(update={"problem": error.message_zh})
        return draft.model_copy(update={"taken": True})

    def _draft(self, fields: Fields) -> ImportedDraft:
        title, body = str(fields.get("title", "")), str(fields.get("body", ""))
        digest = hashlib.sha256("\n".join((title, body)).encode()).hexdigest()
        id_ = str(fields.get("id") or f"import-{digest[:12]}")
        kept = {name: value for name, value in fields.items() if name in EDITABLE}
        return ImportedDraft(
            id=id_,
            title=title,
            sections=body.count("\n## ") + body.startswith("## "),
            characters=len(body),
            fields=kept,
            problem=self._problem(id_, kept),
        )

    def _problem(self, id_: str, fields: Fields) -> str | None:
        missing = [name for name in NEEDED if not fields.get(name)]
        if missing:
            return f"缺少 {'、'.join(missing)}"
        try:
            self._knowledge.check({**fields, "id": id_})
        except HotlineError as error:
            return error.message_zh
        return None
