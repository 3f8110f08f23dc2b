"""Every change of a model has its migration."""

import pytest
from django.core.management import call_command


@pytest.mark.django_db
def test_no_model_differs_from_its_migrations(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("makemigrations", "--check", "--dry-run")
    assert "No changes detected" in capsys.readouterr().out
