"""What a person has chosen for his own eyes and hands: keys, view, panels."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from annotations.models.projects import Project


class Preference(models.Model):
    """One named choice of a person: everywhere, or with a project in that project.

    `value` is an object that the pages make; the server keeps it and never reads it. The last write wins.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="preferences")
    project = models.ForeignKey(
        Project, null=True, blank=True, on_delete=models.CASCADE, related_name="preferences"
    )
    name = models.SlugField(max_length=60, db_index=False)
    value = models.JSONField(default=dict)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "name"], condition=Q(project__isnull=True), name="preference_once_per_person"
            ),
            models.UniqueConstraint(
                fields=["user", "project", "name"], name="preference_once_per_person_and_project"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="preference_name_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.user}"
