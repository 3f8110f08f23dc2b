"""Images are read ahead of the network, in order, and not all at once."""

import threading

import numpy as np
import pytest

from inference.readahead import BATCH_IMAGES, BATCH_PIXELS, batches, count_pixels, read_ahead


def weigh_one(_):
    return 1


def test_everything_comes_in_order():
    assert list(read_ahead(range(200), lambda n: n * 2, weigh=weigh_one)) == list(range(0, 400, 2))
    assert list(read_ahead([], str, weigh=weigh_one)) == []


def test_the_next_image_is_read_while_the_first_one_is_looked_at():
    second = threading.Event()

    def read(number):
        if number == 1:
            second.set()
        return number

    images = read_ahead(range(3), read, weigh=weigh_one)
    assert next(images) == 0
    assert second.wait(30)
    assert list(images) == [1, 2]


def test_no_more_than_so_many_wait():
    started = []

    def read(number):
        started.append(number)
        return number

    images = read_ahead(range(1000), read, weigh=weigh_one, ahead=10)
    for _ in range(5):
        next(images)
    assert len(started) <= 15
    images.close()


def test_large_images_wait_in_smaller_numbers():
    started = []

    def read(number):
        started.append(number)
        return np.zeros(100, np.uint8)

    images = read_ahead(range(100), read, weigh=count_pixels, pixels=300)
    for _ in range(10):
        next(images)
    # Three by weight, and those that were being read meanwhile.
    assert len(started) <= 10 + 2 * BATCH_IMAGES
    images.close()


def test_an_error_is_raised_at_its_place():
    def read(number):
        if number == 2:
            raise OSError("gone")
        return number

    images = read_ahead(range(4), read, weigh=weigh_one)
    assert [next(images), next(images)] == [0, 1]
    with pytest.raises(OSError, match="gone"):
        next(images)


def test_batches_are_bounded_by_number_and_by_pixels():
    assert [len(batch) for batch in batches(range(70), weigh=weigh_one)] == [BATCH_IMAGES, BATCH_IMAGES, 6]
    assert [len(batch) for batch in batches(range(4), weigh=lambda _: BATCH_PIXELS // 2)] == [2, 2]
