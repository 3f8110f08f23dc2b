"""The inspect page: sending images, results, earlier inspections, the table."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from inference.models import Defect, Inspection
from tests.factories import make_inspection, make_model, make_project, make_type, make_user, png
from tests.webapp.views.pages import sign_in, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(client):
    project = make_project()
    sign_in(client, project)
    return project


def send(client, project, *names: str, **data):
    files = [SimpleUploadedFile(name, png()) for name in names]
    return client.post(reverse("inspect", args=[project.slug]), {"files": files, **data})


def test_without_a_model_the_page_leads_to_the_rounds(client, project):
    text = text_of(client.get(reverse("inspect", args=[project.slug])))
    assert "No model yet" in text
    assert "Go to the rounds" in text


def test_images_are_kept_and_the_results_page_follows(client, project):
    make_model(project, "detector-r1", promoted=True)
    answer = send(client, project, "a.png", "b.png", threshold="0.4", max_boxes="")
    inspection = Inspection.objects.get()
    assert answer.url == reverse("inspection", args=[project.slug, inspection.pk])
    assert (inspection.model_name, inspection.threshold, inspection.max_boxes) == ("detector-r1", 0.4, 100)
    assert [image.name for image in inspection.images.all()] == ["a.png", "b.png"]
    text = text_of(client.get(answer.url))
    assert "Waits for a worker" in text
    assert "0 of 2 images" in text


def test_a_chosen_model_is_used(client, project):
    make_model(project, "detector-r1", promoted=True)
    make_model(project, "detector-r2")
    send(client, project, "a.png", model="detector-r2")
    assert Inspection.objects.get().model_name == "detector-r2"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"threshold": "1.5"}, "A score lies between 0 and 1."),
        ({"model": "unknown"}, "Select a valid choice"),
        ({"max_boxes": "0"}, "greater than or equal to 1"),
    ],
)
def test_a_wrong_setting_is_told_and_nothing_is_kept(client, project, data, sentence):
    make_model(project, "detector-r1", promoted=True)
    answer = send(client, project, "a.png", **data)
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert not Inspection.objects.exists()


def test_no_file_at_all_is_told(client, project):
    make_model(project, "detector-r1", promoted=True)
    answer = client.post(reverse("inspect", args=[project.slug]), {})
    assert answer.status_code == 422
    assert "Choose at least one image." in text_of(answer)


def test_results_show_severity_and_score_apart(client, project):
    graded = make_type(project, "dents", grades=4)
    inspection = make_inspection(project, images=1, defects=1)
    Defect.objects.update(defect_type=graded, grade_probabilities=[0, 0, 0.5, 0.5], score=0.31)
    body = client.get(reverse("inspection", args=[project.slug, inspection.pk])).content.decode()
    assert '<span class="severity" style="--s: 0.875" title="Severity, 0 to 1">0.88</span>' in body
    assert '<span class="score" style="--s: 0.310"' in body


def test_only_the_images_with_defects_can_be_shown(client, project):
    inspection = make_inspection(project, images=2, defects=0)
    first = inspection.images.first()
    kind = project.defect_types.first()
    Defect.objects.create(
        image=first, defect_type=kind, xmax=9, ymax=9, xmin=1, ymin=1, score=0.5, model_name="m"
    )
    address = reverse("inspection", args=[project.slug, inspection.pk])
    everything, some = text_of(client.get(address)), text_of(client.get(address, {"only": "defects"}))
    assert "part-1.png no defect found" in everything
    assert "part-1.png" not in some
    assert "part-0.png" in some


def test_an_image_that_failed_and_an_inspection_that_failed_say_why(client, project):
    inspection = make_inspection(project, images=1, defects=0, state="failed", error="No memory was left.")
    inspection.images.update(error="part-0.png: is cut off or damaged", drawn="")
    text = text_of(client.get(reverse("inspection", args=[project.slug, inspection.pk])))
    assert "It failed. No memory was left." in text
    assert "part-0.png: is cut off or damaged" in text
    assert "1 with a problem" in text


def test_the_live_part_reloads_the_page_at_the_end(client, project):
    inspection = make_inspection(project, images=3, state="running")
    live = reverse("inspection-live", args=[project.slug, inspection.pk])
    assert "3 of 3 images" in text_of(client.get(live, headers={"hx-request": "true"}))
    Inspection.objects.update(state="done")
    assert client.get(live, headers={"hx-request": "true"})["HX-Refresh"] == "true"


def test_a_waiting_inspection_can_be_stopped(client, project):
    inspection = make_inspection(project, state="queued")
    client.post(reverse("inspection-cancel", args=[project.slug, inspection.pk]))
    assert Inspection.objects.get().state == "cancelled"


def test_the_table_has_a_line_per_defect(client, project):
    inspection = make_inspection(project, images=2, defects=2)
    inspection.images.update(name="=cmd.png")
    answer = client.get(reverse("inspection-defects", args=[project.slug, inspection.pk]))
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert len(rows) == 4
    assert rows[0]["image"] == "'=cmd.png"
    assert rows[0]["score"] == "0.8"


def test_earlier_inspections_are_listed_with_their_counts(client, project):
    make_model(project)
    inspection = make_inspection(project, images=2, defects=3)
    text = text_of(client.get(reverse("inspect", args=[project.slug])))
    assert f"No. {inspection.pk} Done 2 6 round-1" in text


def test_an_inspection_of_others_does_not_exist(client, project):
    foreign = make_inspection(make_project())
    assert client.get(reverse("inspection", args=[project.slug, foreign.pk])).status_code == 404
    client.force_login(make_user())
    assert client.get(reverse("inspection", args=[foreign.project.slug, foreign.pk])).status_code == 404


def test_many_images_come_in_portions_at_a_constant_price(client, project, django_assert_max_num_queries):
    inspection = make_inspection(project, images=24, defects=1)
    address = reverse("inspection", args=[project.slug, inspection.pk])
    with django_assert_max_num_queries(15):
        body = client.get(address).content.decode()
    assert body.count('class="drawn"') == 20
    after = inspection.images.all()[19].pk
    assert f"?after={after}" in body
    rest = client.get(address, {"after": after}, headers={"hx-request": "true"}).content.decode()
    assert rest.count('class="drawn"') == 4
