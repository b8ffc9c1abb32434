"""POST /v1/consultations: a suggested answer with its sources, or a refusal with its reason."""

from fastapi import APIRouter

from app.api.dependencies import Body, ClassifyKey, FlowsDep
from app.domain.knowledge import ConsultationAnswer

router = APIRouter(prefix="/v1", tags=["咨询"])


@router.post("/consultations", summary="咨询：给出有依据的建议答复，或说明为何不能答复")
def post_consultation(body: Body, flows: FlowsDep, _key: ClassifyKey) -> ConsultationAnswer:
    """正文含 question，可含 history（role、content）、area（区（市）名）、date（YYYY-MM-DD）。"""
    return flows.consultations.answer(body, received_at=flows.clock.now())
