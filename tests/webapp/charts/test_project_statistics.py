"""The figures of the dashboard, counted in the database."""

from datetime import UTC, date, datetime

import pytest

from annotations.models import Box, ImageState, Origin
from annotations.severity.from_grades import severity_of as severity_of_one
from annotations.severity.severity_sql import severity_of
from tests.factories import make_box, make_image, make_project, make_revision, make_type
from webapp.charts import project_statistics

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    """Give a project without types."""
    return make_project(types=())


def test_the_database_and_python_agree_on_every_kind_of_severity(project):
    graded, plain = make_type(project, "dents", grades=3), make_type(project, "stains")
    bare = make_type(project, "graded later")
    bare.graded = True
    bare.save()
    model = {"origin": Origin.MODEL}
    image = make_image(project)
    for kind in (graded, plain, bare):
        for grade in (None, 1, 3, 4):
            for probabilities in (None, [0.2, 0.3, 0.5], [0.5, 0.5], [0.1, 0.2, 0.3, 0.4]):
                make_box(image, kind, grade=grade, grade_probabilities=probabilities)
                make_box(image, kind, grade=grade, grade_probabilities=probabilities, score=0.7, **model)
    boxes = Box.objects.annotate(severity=severity_of(project)).select_related("defect_type")
    for box in boxes:
        kind = box.defect_type
        expected = severity_of_one(
            kind.weights() if kind.graded else None,
            grade=box.grade,
            probabilities=box.grade_probabilities,
            score=box.score,
        )
        assert box.severity == (None if expected is None else pytest.approx(expected))


def test_another_weight_rescores_the_past_at_once(project):
    kind = make_type(project, grades=2)
    make_box(make_image(project), kind, grade=1)
    kind.grades.filter(level=1).update(weight=0.1)
    assert project_statistics.collect(project)["types"][0]["mean_severity"] == pytest.approx(0.1)


def test_only_boxes_of_labeled_and_auto_labeled_images_count(project):
    kind = make_type(project)
    for state in ImageState:
        make_box(make_image(project, state=state), kind)
    # A box makes an unlabeled image labeled; it is put back.
    project.images.filter(pk=project.images.first().pk).update(state=ImageState.UNLABELED)
    figures = project_statistics.collect(project)
    assert figures["types"][0]["boxes"] == 2
    assert sum(row["boxes"] for row in figures["places"]) == 2
    assert figures["severity"]["unknown"] == 2


def test_an_archived_type_counts_as_long_as_it_has_boxes(project):
    make_box(make_image(project), make_type(project, "old", archived=True))
    make_type(project, "older", archived=True)
    assert [row["name"] for row in project_statistics.collect(project)["types"]] == ["old"]


def test_two_boxes_on_one_image_are_one_image(project):
    kind, image = make_type(project), make_image(project, line="A")
    make_box(image, kind)
    make_box(image, kind, origin=Origin.MODEL)
    figures = project_statistics.collect(project)
    row = figures["types"][0]
    assert (row["boxes"], row["images"], row["by_model"], row["share"]) == (2, 1, 1, 1.0)
    assert figures["places"][0]["defective"] == 1


def test_types_stand_in_the_order_of_their_boxes_with_their_cumulative_share(project):
    rare, often = make_type(project, "rare"), make_type(project, "often")
    for kind in (rare, often, often, often):
        make_box(make_image(project), kind)
    rows = project_statistics.collect(project)["types"]
    assert [(row["name"], row["cumulative"]) for row in rows] == [("often", 0.75), ("rare", 1.0)]


def test_days_tell_people_from_models(project):
    day = datetime(2026, 3, 4, 23, tzinfo=UTC)
    make_image(project, state=ImageState.LABELED, labeled_at=day)
    auto = make_image(project, state=ImageState.AUTO_LABELED)
    make_revision(auto)
    revision = make_revision(auto)
    auto.revisions.filter(pk=revision.pk).update(created_at=day)
    assert project_statistics.collect(project)["labeled"] == [{"day": "2026-03-04", "people": 1, "auto": 1}]


def test_a_selection_narrows_every_figure(project):
    kind = make_type(project)
    for line, day in (("A", 4), ("B", 5)):
        image = make_image(project, line=line, labeled_at=datetime(2026, 3, day, tzinfo=UTC))
        make_box(image, kind)
    for selection in (
        project_statistics.Selection(line="A"),
        project_statistics.Selection(labeled_to=date(2026, 3, 4)),
    ):
        figures = project_statistics.collect(project, selection)
        assert figures["images"]["total"] == 1
        assert figures["types"][0]["boxes"] == 1
        assert [row["line"] for row in figures["places"]] == ["A"]
        assert [row["day"] for row in figures["labeled"]] == ["2026-03-04"]


def test_the_number_of_queries_does_not_grow(project, django_assert_num_queries):
    for _ in range(4):
        kind = make_type(project, grades=3)
        for line in "AB":
            make_box(make_image(project, line=line), kind, grade=2)
    with django_assert_num_queries(11):
        project_statistics.collect(project)
