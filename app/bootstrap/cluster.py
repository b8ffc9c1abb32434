"""Workers on every host of a Ray cluster, for back-fills. Ray is the set `cluster` of the project's packages."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from itertools import cycle
from typing import Any

import ray

from app.config import ROOT


class Worker:
    """A process on some host: made ready once, then it does what it is sent."""

    def __init__(self, initializer: Callable[..., object], arguments: tuple[Any, ...]) -> None:
        initializer(*arguments)

    def call(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        """Return what the function makes of the arguments."""
        return function(*arguments)


class RayExecutor(Executor):
    """Sends work to the workers in turn; one that dies with its host is started elsewhere and does its work again."""

    def __init__(
        self, address: str, workers: int | None, *, initializer: Callable[..., object], initargs: tuple[Any, ...]
    ) -> None:
        """Start the workers: one a GPU where the cluster has any, else one a core. `local` starts a cluster here.

        Every host has the project and the weights at the same path.
        """
        ray.init(address=address, log_to_driver=False, runtime_env={"env_vars": {"PYTHONPATH": str(ROOT)}})
        has = ray.cluster_resources()  # type: ignore[no-untyped-call]
        gpus = int(has.get("GPU", 0))
        self.workers = workers or gpus or int(has["CPU"])
        kind: Any = ray.remote(num_gpus=1 if gpus else 0, num_cpus=1, max_restarts=3, max_task_retries=3)(Worker)
        self._turn = cycle([kind.remote(initializer, initargs) for _ in range(self.workers)])

    def submit(self, fn: Callable[..., Any], /, *args: Any, **_: Any) -> Future[Any]:
        """Return the result to be; arguments stand in order."""
        future: Future[Any] = next(self._turn).call.remote(fn, args).future()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let the workers go."""
        ray.shutdown()
