"""The service: `receive`, `understand`, `decide`, `store`, `respond`, `learn`, and the flows that order them."""

import os

# The products are small and the callers many: more than one BLAS thread costs far more than it saves.
# numpy reads this once, when it is first imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# pypinyin reads this once: single characters are asked for, and its phrases take a quarter of a second to load.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
