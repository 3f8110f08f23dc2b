"""Projects, their members, defect types and grades."""

import hashlib
import json

from django.conf import settings
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

# Okabe-Ito, without black: told apart by people with any common color blindness (Okabe and Ito, 2008).
PALETTE = ("#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7", "#999999")


class Role(models.TextChoices):
    """What a member may do; each role may do what the ones before it may."""

    INSPECTOR = "inspector", "Inspector"
    REVIEWER = "reviewer", "Reviewer"
    ENGINEER = "engineer", "Engineer"

    @property
    def rank(self) -> int:
        """Return the place in the order inspector < reviewer < engineer, from 0."""
        return list(Role).index(self)


class ProjectQuerySet(models.QuerySet):
    def visible_to(self, user) -> "ProjectQuerySet":
        """Return the projects that `user` is a member of; a superuser sees all."""
        return self if user.is_superuser else self.filter(members__user=user)


class Project(models.Model):
    """One product or line: its images, defect types, people and models."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    # Native gray levels that are shown as black and as white, for people and networks alike.
    # Null until the first image, whose bit depth sets it.
    window_low = models.FloatField(null=True, blank=True)
    window_high = models.FloatField(null=True, blank=True)
    # Share of parts, in percent, that go to each split; the rest trains.
    calibration_percent = models.PositiveSmallIntegerField(default=15)
    test_percent = models.PositiveSmallIntegerField(default=15)
    # What a type's auto-accepted boxes must reach on the calibration split.
    precision_target = models.FloatField(default=0.95)
    lease_seconds = models.PositiveIntegerField(default=120, validators=[MinValueValidator(30)])
    # Which weights the severities on the image rows come from: a digest, see `severity_cache`.
    severity_basis = models.CharField(max_length=64, blank=True, default="", db_default="", editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(window_low__isnull=True, window_high__isnull=True)
                | Q(window_low__lt=F("window_high")),
                name="project_window_low_below_high",
            ),
            models.CheckConstraint(
                condition=Q(calibration_percent__gte=0, test_percent__gte=0)
                & Q(calibration_percent__lte=100 - F("test_percent")),
                name="project_splits_at_most_100_percent",
            ),
            models.CheckConstraint(
                condition=Q(precision_target__gt=0, precision_target__lt=1),
                name="project_precision_target_between_0_and_1",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def window(self) -> tuple[float, float]:
        """Return the gray window (low, high) in native levels; all of 8 bits while none is set."""
        if self.window_low is None or self.window_high is None:
            return 0.0, 255.0
        return self.window_low, self.window_high

    def types_by_name(self) -> dict[str, "DefectType"]:
        """Return the defect types, grades loaded, by each name that they have or had; a present name wins."""
        types = list(self.defect_types.prefetch_related("grades"))
        former = {name: row for row in types for name in row.former_names}
        return former | {row.name: row for row in types}

    def types_fingerprint(self) -> str:
        """Return a fingerprint of the defect types and grades, which any change of them changes."""
        types = self.defect_types.values_list(
            "pk", "name", "color", "hotkey", "graded", "archived", "position"
        )
        grades = Grade.objects.filter(defect_type__project=self).order_by("pk")
        rows = [list(types), list(grades.values_list("defect_type", "level", "name", "criteria", "weight"))]
        return hashlib.sha256(json.dumps(rows).encode()).hexdigest()[:16]

    def role_of(self, user) -> Role | None:
        """Return the role of `user` here, None without one; a superuser is an engineer everywhere."""
        if user.is_superuser:
            return Role.ENGINEER
        value = self.members.filter(user=user).values_list("role", flat=True).first()
        return Role(value) if value else None


class Member(models.Model):
    """A person's role in a project."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["user__username"]
        constraints = [
            models.UniqueConstraint(fields=["project", "user"], name="member_once_per_project"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="member_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"


class CropPolicy(models.TextChoices):
    """How a grader cuts a defect out of its image; AUTO is decided by the shape of the labeled boxes."""

    AUTO = "auto", "Chosen by the shape of its boxes"
    SQUARE = "square", "Square with context"
    BOX = "box", "Box with context, stretched to a square"
    COLUMN = "column", "Full-height strip"
    ROW = "row", "Full-width strip"


class DefectType(models.Model):
    """A class of defects. Class ids of networks follow (position, id)."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="defect_types")
    name = models.CharField(max_length=100)
    # Revisions and models keep the name that a type had in their time.
    former_names = models.JSONField(default=list, blank=True)
    description = models.TextField(blank=True)
    color = models.CharField(
        max_length=7, default=PALETTE[0], validators=[RegexValidator(r"^#[0-9A-Fa-f]{6}\Z")]
    )
    hotkey = models.CharField(max_length=1, blank=True, validators=[RegexValidator(r"^[a-z]\Z")])
    position = models.PositiveIntegerField(default=0)
    graded = models.BooleanField(default=False)
    crop_policy = models.CharField(max_length=10, choices=CropPolicy, default=CropPolicy.AUTO)
    # An archived type is no longer offered; its boxes and their history stay.
    archived = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["project", "name"], name="defect_type_name_once_per_project"),
            models.UniqueConstraint(
                fields=["project", "hotkey"],
                condition=~Q(hotkey="") & Q(archived=False),
                name="defect_type_hotkey_once_per_project",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="defect_type_name_not_empty"),
            models.CheckConstraint(
                condition=Q(crop_policy__in=CropPolicy.values), name="defect_type_crop_policy_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def weights(self) -> list[float]:
        """Return the weights of grades 1..K in order; empty without grades."""
        return [grade.weight for grade in self.grades.all()]


class Grade(models.Model):
    """One ordinal severity level of a defect type, 1 = lightest."""

    defect_type = models.ForeignKey(DefectType, on_delete=models.CASCADE, related_name="grades")
    level = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=100)
    criteria = models.TextField(blank=True)
    weight = models.FloatField()

    class Meta:
        ordering = ["level"]
        constraints = [
            models.UniqueConstraint(fields=["defect_type", "level"], name="grade_level_once_per_type"),
            models.CheckConstraint(condition=Q(level__gte=1, level__lte=9), name="grade_level_1_to_9"),
            models.CheckConstraint(condition=Q(weight__gte=0, weight__lte=1), name="grade_weight_0_to_1"),
        ]

    def __str__(self) -> str:
        return f"{self.level} {self.name}"
