"""Grading on a Dask cluster: the executor that a class run uses in place of local processes."""

from __future__ import annotations

from concurrent.futures import Executor

from distributed import Client, WorkerPlugin

from ..errors import SetupError
from .worker import start_worker

CONNECT_SECONDS = 15


class AssignmentPlugin(WorkerPlugin):
    """Prepares a Dask worker for one assignment; a worker that joins later is prepared when it comes.

    Args:
        archive: from :func:`dlcourse.grading.worker.bundle`; sent to each worker once.
        slug: the assignment.
        sandbox: False runs student code without a sandbox.
    """

    name = "dlcourse-assignment"

    def __init__(self, archive: bytes, slug: str, sandbox: bool) -> None:
        self.archive, self.slug, self.sandbox = archive, slug, sandbox

    def setup(self, worker: object) -> None:
        start_worker(self.archive, self.slug, self.sandbox)


def dask_executor(address: str, archive: bytes, slug: str, sandbox: bool) -> tuple[Executor, int]:
    """An executor over the cluster at ``address``, its workers prepared for ``slug``, and how many they are.

    A worker grades one submission at a time, so workers must have one thread each (``dask worker --nthreads 1``).
    Dask runs a lost worker's submissions again on another one.

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
    client.register_plugin(AssignmentPlugin(archive, slug, sandbox))
    return _ClientExecutor(client), len(threads)


class _ClientExecutor(Executor):
    """Dask's own executor, which also closes the client that it came from."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._inner = client.get_executor(pure=False, retries=3)

    def submit(self, fn, /, *args, **kwargs):  # type: ignore[no-untyped-def]
        return self._inner.submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._inner.shutdown(wait=wait)
        self._client.close()
