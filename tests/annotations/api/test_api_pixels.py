"""Native levels over REST: exact, for members only, kept by browsers, and healed when a tile is lost."""

import gzip
import io

import numpy as np
import pytest
from django.core.files.storage import default_storage

from annotations.imaging import pyramids
from annotations.intake import ingest
from annotations.models import Image, Pyramid, PyramidState
from tests.annotations.imaging.pictures import COLORS, RAMP, saved, unpacked
from tests.api import member_client, signed_in
from tests.factories import make_image, make_project, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def wide() -> Image:
    """Give an image of 2100 × 3 pixels, which is cut into 5 tiles."""
    levels = np.arange(2100 * 3, dtype=np.uint16).reshape(3, 2100)
    image = ingest.add_image(make_project(), "wide.png", io.BytesIO(saved(levels)))
    pyramids.cut(image.pk)
    return image


def pixels(answer, shape, bit_depth=16) -> np.ndarray:
    assert answer.status_code == 200, answer.content
    data = answer.content
    if answer.headers.get("Content-Encoding") == "gzip":
        return unpacked(data, shape=shape, bit_depth=bit_depth)
    return unpacked(gzip.compress(data), shape=shape, bit_depth=bit_depth)


@pytest.mark.parametrize("levels", [RAMP, COLORS], ids=["16 bit gray", "8 bit color"])
@pytest.mark.parametrize("accepts", ["gzip, br", "identity"])
def test_a_small_image_comes_in_one_piece(levels, accepts):
    image = ingest.add_image(make_project(), "a.png", io.BytesIO(saved(levels)))
    client = member_client(image.project)
    row = client.get(f"/api/images/{image.pk}/").json()
    assert row["tiles"] == ""
    answer = client.get(row["pixels"], headers={"Accept-Encoding": accepts})
    assert answer["Cache-Control"] == "private, max-age=31536000, immutable"
    np.testing.assert_array_equal(pixels(answer, levels.shape, image.bit_depth), levels)
    again = client.get(row["pixels"], headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_tiles_tell_how_they_lie_and_hold_the_levels_of_the_file(wide):
    client = member_client(wide.project)
    row = client.get(f"/api/images/{wide.pk}/").json()
    assert row["pixels"] == ""
    told = client.get(row["tiles"]).json()
    assert told["tile"] == 512
    assert told["levels"][0] == {"width": 2100, "height": 3, "columns": 5, "rows": 1}
    assert told["levels"][-1] == {"width": 263, "height": 1, "columns": 1, "rows": 1}
    assert told["histogram"]["high"] == 6299
    answer = client.get(told["address"].format(level=0, column=4, row=0), headers={"Accept-Encoding": "gzip"})
    assert answer["Cache-Control"] == "private, max-age=31536000, immutable"
    assert pixels(answer, (3, 52))[2, 51] == 6299
    without_mark = told["address"].partition("?")[0].format(level=0, column=4, row=0)
    assert client.get(without_mark)["Cache-Control"] == "private, no-cache"


def test_a_large_image_is_refused_in_one_piece_and_a_small_one_has_no_tiles(wide):
    client = member_client(wide.project)
    answer = client.get(f"/api/images/{wide.pk}/pixels/")
    assert (answer.status_code, answer.json()["code"]) == (404, "no_pixels")
    small = make_image(wide.project)
    assert client.get(f"/api/images/{small.pk}/tiles/").status_code == 404
    assert client.get(f"/api/images/{small.pk}/tiles/0/0/0/").status_code == 404


@pytest.mark.parametrize("place", ["0/5/0", "0/0/1", "9/0/0"])
def test_a_tile_outside_the_image_is_not_there(wide, place):
    answer = member_client(wide.project).get(f"/api/images/{wide.pk}/tiles/{place}/")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_tiles_that_nobody_has_asked_for_are_asked_for():
    image = make_image(make_project(), width=5000)
    answer = member_client(image.project).get(f"/api/images/{image.pk}/tiles/")
    assert (answer.status_code, answer.json()["code"]) == (404, "tiles_pending")
    assert int(answer["Retry-After"]) > 0
    assert pyramids.pending_ids(9) == [image.pk]


def test_tiles_that_cannot_be_made_say_why():
    image = make_image(make_project(), width=5000)
    Pyramid.objects.create(image=image, state=PyramidState.FAILED, error="a.png: cut off at row 7.")
    answer = member_client(image.project).get(f"/api/images/{image.pk}/tiles/")
    assert (answer.json()["code"], answer.json()["detail"]) == ("tiles_failed", "a.png: cut off at row 7.")


def test_a_lost_tile_is_told_and_cut_again(wide):
    client = member_client(wide.project)
    default_storage.delete(pyramids.tile_name(wide.pyramid.folder, 0, 1, 0))
    address = f"/api/images/{wide.pk}/tiles/0/1/0/"
    answer = client.get(address)
    assert (answer.status_code, answer.json()["code"]) == (404, "tile_lost")
    assert answer["Cache-Control"] == "no-store"
    assert client.get(f"/api/images/{wide.pk}/tiles/0/2/0/").status_code == 200
    assert pyramids.cut(wide.pk)
    assert client.get(address).status_code == 200


def test_levels_of_a_lost_or_broken_file_are_told_and_are_no_crash():
    image = make_image(make_project(), "a.png", content=b"no picture")
    client = member_client(image.project)
    assert client.get(f"/api/images/{image.pk}/pixels/").json()["code"] == "no_pixels"
    image.file.storage.delete(image.file.name)
    assert client.get(f"/api/images/{image.pk}/pixels/").json()["code"] == "not_found"


@pytest.mark.parametrize("place", ["tiles/", "tiles/0/0/0/", "pixels/"])
def test_native_levels_are_for_members_only(wide, place, client):
    stranger = signed_in(make_user())
    assert stranger.get(f"/api/images/{wide.pk}/{place}").json()["code"] == "not_found"
    assert client.get(f"/api/images/{wide.pk}/{place}").status_code == 401


def test_a_deleted_image_has_no_tiles_any_more(wide):
    client = member_client(wide.project)
    Image.objects.filter(pk=wide.pk).update(deleted_at="2026-01-01T00:00Z")
    assert client.get(f"/api/images/{wide.pk}/tiles/0/0/0/").json()["code"] == "not_found"


def test_a_tile_costs_few_questions_to_the_database(wide, django_assert_max_num_queries):
    client = member_client(wide.project)
    with django_assert_max_num_queries(6):
        client.get(f"/api/images/{wide.pk}/tiles/0/0/0/")
