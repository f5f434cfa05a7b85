"""Grading on a Dask cluster: the executor that a class run uses in place of local processes."""

from __future__ import annotations

from concurrent.futures import Executor, Future
from typing import Any

from distributed import Client, WorkerPlugin

from ..errors import SetupError
from .pool import Workers
from .worker import Setup, start_worker

CONNECT_SECONDS = 15


class AssignmentPlugin(WorkerPlugin):
    """Prepares a Dask worker for one assignment; a worker that joins later is prepared when it
    comes.

    Args:
        setup: sent to each worker once.
    """

    name = "dlcourse-assignment"

    def __init__(self, setup: Setup) -> None:
        self._setup = setup

    def setup(self, worker: object) -> None:
        start_worker(self._setup)


def dask_workers(address: str, setup: Setup) -> Workers:
    """The workers of the cluster at ``address``, prepared for one assignment.

    A worker grades one submission at a time, so workers must have one thread each (``dask worker
    --nthreads 1``). Dask runs a lost worker's submissions again on another one.

    Raises:
        SetupError: no scheduler answers, or no worker can grade.
    """
    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
        client.wait_for_workers(1, timeout=CONNECT_SECONDS)
    except (OSError, TimeoutError, ValueError) as error:
        raise SetupError(
            f"no Dask cluster with a worker at {address!r} ({type(error).__name__}); start `dask scheduler` and `dask worker`"
        ) from error
    threads = {
        info["name"]: info["nthreads"]
        for info in client.scheduler_info(n_workers=-1)["workers"].values()
    }
    many = [str(name) for name, count in threads.items() if count != 1]
    if many:
        client.close()
        raise SetupError(
            f"Dask worker {many[0]} runs several threads; start workers with --nthreads 1"
        )
    client.register_plugin(AssignmentPlugin(setup))
    return Workers(_ClientExecutor(client), len(threads))


class _ClientExecutor(Executor):
    """Dask's own executor, which also closes the client that it came from."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._inner = client.get_executor(pure=False, retries=3)

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        return self._inner.submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._inner.shutdown(wait=wait)
        self._client.close()
