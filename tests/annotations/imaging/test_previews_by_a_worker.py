"""A real worker over a real Redis makes the views, also of images whose message was never sent."""

import numpy as np
import PIL.Image

from annotations.imaging import previews
from annotations.intake import folder_import, ingest
from annotations.models import Image, ViewState
from tests.annotations.formats.voc_files import obj, put
from tests.annotations.imaging.pictures import RAMP, saved
from tests.factories import make_project
from tests.support.waiting import wait_until


def all_ready() -> bool:
    return not Image.objects.exclude(view_state=ViewState.READY).exists()


def test_views_follow_an_import_and_an_image_that_came_while_redis_was_stopped(
    celery_worker, tmp_path, monkeypatch
):
    put(tmp_path, "a.png", obj())
    put(tmp_path, "b.png", xml=False)
    project = make_project("steel", types=())
    report = folder_import.import_voc(project, tmp_path)
    assert report.views_requested
    with monkeypatch.context() as patch:
        patch.setattr(previews, "request_views", lambda ids: False)
        (tmp_path / "deep.png").write_bytes(saved(RAMP))
        deep = ingest.add_image(project, "deep.png", tmp_path / "deep.png")
    assert not all_ready()
    celery_worker("default")
    wait_until(all_ready, seconds=60, what="the views of three images")
    deep.refresh_from_db()
    shown = np.asarray(PIL.Image.open(deep.view.open()))
    # The window of the project is that of its first image, which had 8 bits.
    np.testing.assert_array_equal(shown, np.minimum(RAMP, 255))
