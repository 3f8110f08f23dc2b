"""The real parts that tests talk to are there and are the tests' own."""

from collections.abc import Callable

import psycopg
import pytest
import redis
from django.conf import settings
from playwright.sync_api import Page

from tests.conftest import VAR
from tests.factories import make_user
from tests.support.servers import Server
from tests.support.waiting import wait_until
from tests.support.workers import Worker


def test_the_run_has_a_folder_and_a_redis_of_its_own() -> None:
    assert VAR == settings.VAR
    assert redis.Redis.from_url(settings.REDIS_URL).ping()


def test_a_worker_runs_tasks_on_the_database_of_the_test(celery_worker: Callable[[str], Worker]) -> None:
    make_user("anna")
    worker = celery_worker("default")
    assert worker.process.poll() is None


def test_the_server_answers_with_people_of_its_own(blemish_server: Server) -> None:
    anna = blemish_server.person("anna", superuser=True)
    assert blemish_server.api(anna).get("/api/projects/").status_code == 200
    assert blemish_server.api().get("/api/projects/").status_code in {401, 403}


def test_a_browser_that_is_signed_in_sees_the_projects(
    blemish_server: Server, open_page: Callable[..., Page]
) -> None:
    page = open_page(blemish_server.person("berta", superuser=True))
    answer = page.goto("/")
    assert answer.status == 200
    assert "berta" in page.content()


def test_postgres_takes_connections(postgres: str) -> None:
    with psycopg.connect(postgres) as connection:
        assert connection.execute("select 1").fetchone() == (1,)


def test_waiting_in_vain_names_what_was_waited_for() -> None:
    with pytest.raises(AssertionError, match="the moon"):
        wait_until(lambda: False, seconds=0.1, what="the moon")
