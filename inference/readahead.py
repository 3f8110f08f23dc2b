"""Read the next images in threads while the network runs on the ones before."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import TypeVar

import numpy as np

Item = TypeVar("Item")
Read = TypeVar("Read")
THREADS = 2
BATCH_IMAGES = 32
BATCH_PIXELS = 16_000_000  # a batch of large images is a short one, so that memory does not grow with it


def read_ahead(
    items: Iterable[Item],
    read: Callable[[Item], Read],
    *,
    weigh: Callable[[Read], int],
    ahead: int = 2 * BATCH_IMAGES,
    pixels: int = 2 * BATCH_PIXELS,
) -> Iterator[Read]:
    """Yield read(item) in order, read in threads while the caller works on the ones before.

    At most `ahead` images, and about `pixels` by the size that `weigh` returns, wait at a time. An error of
    `read` is raised in the place of its item.
    """
    source = iter(items)
    waiting: deque[Future[Read]] = deque()
    pending, lock = 0, Lock()  # pixels that were read and not yet yielded

    def count(future: Future[Read], sign: int = 1) -> None:
        nonlocal pending
        if not future.cancelled() and future.exception() is None:
            with lock:
                pending += sign * weigh(future.result())

    with ThreadPoolExecutor(THREADS, thread_name_prefix="readahead") as pool:

        def top_up() -> None:
            while len(waiting) < ahead and pending < pixels:
                for item in source:
                    waiting.append(pool.submit(read, item))
                    waiting[-1].add_done_callback(count)
                    break
                else:
                    return

        try:
            top_up()
            while waiting:
                first = waiting.popleft()
                found = first.result()
                count(first, -1)
                top_up()
                yield found
        finally:
            pool.shutdown(cancel_futures=True)


def batches(read: Iterable[Read], *, weigh: Callable[[Read], int]) -> Iterator[list[Read]]:
    """Gather into lists of at most `BATCH_IMAGES` images and about `BATCH_PIXELS` pixels."""
    batch: list[Read] = []
    weight = 0
    for one in read:
        batch.append(one)
        weight += weigh(one)
        if len(batch) >= BATCH_IMAGES or weight >= BATCH_PIXELS:
            yield batch
            batch, weight = [], 0
    if batch:
        yield batch


def count_pixels(pixels: np.ndarray | None) -> int:
    """Return the number of values in an image; 0 where there is none."""
    return 0 if pixels is None else pixels.size
