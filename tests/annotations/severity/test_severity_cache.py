"""The severities on image rows: right after saves and changed weights, computed anew only where needed."""

import pytest

from annotations.models import Box, Image, Origin
from annotations.severity import severity_cache
from annotations.severity.severity_sql import severity_between, severity_of
from tests.factories import make_box, make_image, make_project, make_revision, make_type

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    return make_project(types=())


def kept(project) -> list[float | None]:
    return list(project.images.order_by("pk").values_list("severity", flat=True))


def test_an_image_is_as_severe_as_its_worst_box(project):
    graded, plain = make_type(project, "dents", grades=4), make_type(project, "stains")
    one, two, _ = make_image(project), make_image(project), make_image(project)
    make_box(one, graded, grade=1)
    make_box(one, graded, grade=3)
    make_box(two, plain, origin=Origin.MODEL, score=0.9)
    assert severity_cache.refresh(project)
    assert kept(project) == [0.75, 0.9, None]


def test_only_what_was_saved_is_computed_again(project):
    graded = make_type(project, "dents", grades=4)
    first, second = make_image(project), make_image(project)
    severity_cache.refresh(project)
    assert list(severity_cache.outdated(project)) == []
    make_revision(first)
    Box.objects.create(image=second, defect_type=graded, grade=4, xmin=0, ymin=0, xmax=5, ymax=5)
    assert list(severity_cache.outdated(project)) == [first]
    severity_cache.refresh(project)
    assert kept(project) == [None, None]
    make_revision(second)
    severity_cache.refresh(project)
    assert kept(project) == [None, 1.0]


def test_too_many_outdated_images_are_left_to_a_worker(project):
    graded = make_type(project, "dents", grades=4)
    for _ in range(3):
        make_box(make_image(project), graded, grade=4)
    assert not severity_cache.refresh(project, limit=2)
    assert kept(project) == [None] * 3
    assert severity_cache.refresh(project, limit=None)
    assert kept(project) == [1.0] * 3


def test_a_changed_weight_outdates_all(project):
    graded = make_type(project, "dents", grades=4)
    make_box(make_image(project), graded, grade=4)
    severity_cache.refresh(project)
    graded.grades.filter(level=4).update(weight=0.5)
    assert severity_cache.refresh(project)
    assert kept(project) == [0.5]


def test_a_figure_of_another_version_is_never_written_over_a_newer_one(project):
    graded = make_type(project, "dents", grades=4)
    image = make_box(make_image(project), graded, grade=4).image
    severity_cache.refresh(project)
    Image.objects.filter(pk=image.pk).update(version=7)
    assert list(severity_cache.outdated(project)) == [image]


@pytest.mark.parametrize(("low", "high"), [(0.3, 0.6), (None, 0.5), (0.5, None), (0.75, 1), (0.0, 0.01)])
def test_a_range_keeps_the_boxes_whose_severity_lies_in_it(project, low, high):
    graded, plain = make_type(project, "dents", grades=4), make_type(project, "stains")
    image = make_image(project)
    for grade in range(1, 5):
        make_box(image, graded, grade=grade)
    for k in range(4):
        probabilities = [0.0] * 4
        probabilities[k] = 0.7
        probabilities[(k + 1) % 4] += 0.3
        make_box(image, graded, origin=Origin.MODEL, grade_probabilities=probabilities)
        make_box(image, plain, origin=Origin.MODEL, score=0.2 + 0.2 * k)
    make_box(image, graded, origin=Origin.MODEL, grade_probabilities=[0.5, 0.5])
    make_box(image, graded), make_box(image, plain)
    told = dict(Box.objects.annotate(told=severity_of(project)).values_list("pk", "told"))
    top = None if high is None or high >= 1 else high
    wanted = {
        pk
        for pk, value in told.items()
        if value is not None and (low is None or value >= low) and (top is None or value < top)
    }
    assert (
        set(Box.objects.filter(severity_between(project, low, high)).values_list("pk", flat=True)) == wanted
    )
