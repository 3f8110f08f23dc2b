"""What a set of images holds."""

import pytest

from annotations.models import Origin, Split
from tests.api import member_client
from tests.factories import make_box, make_image, make_project, make_type

pytestmark = pytest.mark.django_db


def test_states_splits_types_grades_origins_and_sizes_are_counted(django_assert_max_num_queries):
    project = make_project(types=("pits",))
    dents = make_type(project, "dents", grades=3)
    one, two = make_image(project, lot="L1", split=Split.TEST), make_image(project, lot="L1")
    other = make_image(project)
    make_box(one, dents, grade=2)
    make_box(one, dents, xmax=14.0, ymax=14.0, origin=Origin.MODEL)
    make_box(other, "pits")
    client, address = member_client(project), f"/api/projects/{project.slug}/images/summary/"
    with django_assert_max_num_queries(9):
        narrow = client.post(address, {"filter": {"lot": "L1"}}).json()
    assert (narrow["images"], narrow["without_boxes"], narrow["boxes"]) == (2, 1, 2)
    assert narrow["splits"] == {"train": 1, "calibration": 0, "test": 1}
    rows = {row["name"]: row for row in narrow["types"]}
    assert rows["pits"]["boxes"] == 0
    row = rows["dents"]
    assert (row["boxes"], row["human"], row["model"], row["grades"]) == (2, 1, 1, {"": 1, "2": 1})
    # A side of 4 is under 8, one of 20 from 16 to 32.
    assert narrow["sizes"]["boxes"] == [1, 0, 1, 0, 0, 0, 0]
    assert client.post(address, {"ids": [two.pk, other.pk]}).json()["boxes"] == 1
    rest = client.post(address, {"filter": {}, "without": [other.pk]}).json()
    assert rest["images"] == 2
