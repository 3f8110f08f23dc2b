"""REST: projects and their settings, defect types with grades, members."""

from django.contrib.auth import get_user_model
from django.db.models import OuterRef, Subquery
from rest_framework import generics, serializers
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from annotations import access, projects
from annotations.api.fields import NumberField
from annotations.api.scope import ProjectScope, VisibleScope
from annotations.labeling import review
from annotations.models import DefectType, Grade, Member, Project, ReviewReason, Role


class ProjectSerializer(serializers.ModelSerializer):
    """A project and its settings."""

    slug = serializers.SlugField(
        max_length=60, required=False, help_text="Short name in addresses; made of the name by default."
    )
    window_low = NumberField(min_value=0, max_value=65535, allow_null=True, required=False)
    window_high = NumberField(min_value=0, max_value=65535, allow_null=True, required=False)
    precision_target = NumberField(min_value=0.5, max_value=0.9999, required=False)
    role = serializers.SerializerMethodField(help_text="What the caller may do here.")

    class Meta:
        model = Project
        fields = [
            "slug",
            "name",
            "description",
            "window_low",
            "window_high",
            "calibration_percent",
            "test_percent",
            "precision_target",
            "lease_seconds",
            "role",
            "created_at",
        ]
        extra_kwargs = {
            "calibration_percent": {"min_value": 0, "max_value": 100},
            "test_percent": {"min_value": 0, "max_value": 100},
            "lease_seconds": {"min_value": 30, "max_value": 86400},
        }

    def get_role(self, project: Project) -> Role:
        """Return the caller's role; lists bring it along, so that a row costs no query."""
        user = self.context["request"].user
        if user.is_superuser:
            return Role.ENGINEER
        held = getattr(project, "held", None) or project.role_of(user)
        assert held is not None  # only members are answered
        return Role(held)

    def validate_slug(self, slug: str) -> str:
        """Refuse a short name that is taken, or that would change under the feet of links."""
        if self.instance is not None and slug != self.instance.slug:
            raise serializers.ValidationError("The short name of a project never changes.")
        if self.instance is None and Project.objects.filter(slug=slug).exists():
            raise serializers.ValidationError("Another project has this short name.")
        return slug

    def create(self, validated_data: dict) -> Project:
        """Make the project with the caller as its engineer."""
        return projects.create(self.context["request"].user, **validated_data)

    def update(self, instance: Project, validated_data: dict) -> Project:
        """Write the settings."""
        return projects.change(instance, **validated_data)


class ProjectList(generics.ListCreateAPIView):
    """The caller's projects; whoever makes one becomes its engineer."""

    serializer_class = ProjectSerializer
    filter_backends: list = []

    def get_queryset(self):
        """Return the caller's projects with the caller's role in each."""
        user = self.request.user
        assert user.is_authenticated  # by DEFAULT_PERMISSION_CLASSES
        held = Member.objects.filter(project=OuterRef("pk"), user=user).values("role")[:1]
        return Project.objects.visible_to(user).annotate(held=Subquery(held))


class ProjectDetail(ProjectScope, generics.RetrieveUpdateAPIView):
    """One project; its settings are an engineer's."""

    serializer_class = ProjectSerializer
    http_method_names = ["get", "patch", "head"]
    roles = {"PATCH": Role.ENGINEER}

    def get_object(self) -> Project:
        """Return the project of the address."""
        return self.project


class GradeSerializer(serializers.ModelSerializer):
    """One grade; its level is its place in the list, 1 = lightest."""

    weight = NumberField(min_value=0, max_value=1)

    class Meta:
        model = Grade
        fields = ["level", "name", "criteria", "weight"]
        read_only_fields = ["level"]


class DefectTypeSerializer(serializers.ModelSerializer):
    """A defect type with the whole list of its grades."""

    hotkey = serializers.RegexField(
        r"^[a-z]\Z", required=False, allow_blank=True, help_text="One letter, a to z, or nothing."
    )
    grades = GradeSerializer(many=True, required=False)

    class Meta:
        model = DefectType
        fields = [
            "id",
            "name",
            "description",
            "color",
            "hotkey",
            "position",
            "graded",
            "crop_policy",
            "archived",
            "grades",
        ]
        extra_kwargs = {"position": {"min_value": 0, "max_value": 10_000}}

    def validate_grades(self, grades: list[dict]) -> list[dict]:
        """Refuse more grades than there are digit keys."""
        if len(grades) > 9:
            raise serializers.ValidationError("A type has at most nine grades, one for each digit key.")
        return grades

    def create(self, validated_data: dict) -> DefectType:
        """Add the type to the view's project."""
        return projects.add_type(**validated_data)

    def update(self, instance: DefectType, validated_data: dict) -> DefectType:
        """Write the type and, if they came, all of its grades."""
        return projects.change_type(instance, **validated_data)


class DefectTypeList(ProjectScope, generics.ListCreateAPIView):
    """The defect types of a project in class order; an engineer adds one."""

    serializer_class = DefectTypeSerializer
    queryset = DefectType.objects.prefetch_related("grades")
    filter_backends: list = []
    roles = {"POST": Role.ENGINEER}

    def get_queryset(self):
        """Return the types of the project in class order."""
        return super().get_queryset().filter(project=self.project)

    def perform_create(self, serializer: BaseSerializer) -> None:
        """Save into the project of the address."""
        serializer.save(project=self.project)


class DefectTypeDetail(VisibleScope, generics.RetrieveUpdateAPIView):
    """One defect type; changing it is an engineer's."""

    serializer_class = DefectTypeSerializer
    queryset = DefectType.objects.select_related("project").prefetch_related("grades")
    http_method_names = ["get", "patch", "head"]

    def get_object(self) -> DefectType:
        """Return the type for a member whose role suffices."""
        defect_type = super().get_object()
        role = Role.ENGINEER if self.request.method == "PATCH" else Role.INSPECTOR
        access.require(defect_type.project, self.request.user, role)
        return defect_type


class MemberSerializer(serializers.Serializer):
    """A person and what the person may do."""

    username = serializers.CharField(max_length=150)
    role = serializers.ChoiceField(choices=Role.choices)

    def to_representation(self, member: Member) -> dict:
        """Return the person's name and role."""
        return {"username": member.user.get_username(), "role": member.role}


class MemberListSerializer(serializers.Serializer):
    """All members of a project."""

    members = MemberSerializer(many=True)

    def validate_members(self, members: list[dict]) -> dict:
        """Return user to role; every name must be known and named once."""
        names = [member["username"] for member in members]
        if len(set(names)) != len(names):
            raise serializers.ValidationError("Somebody is named twice.")
        users = {user.get_username(): user for user in get_user_model().objects.filter(username__in=names)}
        if unknown := [name for name in names if name not in users]:
            raise serializers.ValidationError(f"Nobody signs in as {', '.join(unknown)}.")
        return {users[member["username"]]: Role(member["role"]) for member in members}


class MemberList(ProjectScope, generics.GenericAPIView):
    """The members of a project; an engineer replaces the whole list."""

    serializer_class = MemberListSerializer
    roles = {"PUT": Role.ENGINEER}

    def get(self, request, slug: str) -> Response:
        """List the members by name."""
        return Response(self.get_serializer({"members": self.project.members.select_related("user")}).data)

    def put(self, request, slug: str) -> Response:
        """Replace the members; at least one engineer stays."""
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        projects.set_members(self.project, serializer.validated_data["members"])
        return self.get(request, slug)


class ReviewCountsSerializer(serializers.Serializer):
    """How many images wait for a decision, and why."""

    open = serializers.IntegerField()
    reasons = serializers.DictField(
        child=serializers.IntegerField(), help_text="Reason to number: " + ", ".join(ReviewReason.values)
    )


class ReviewCounts(ProjectScope, generics.GenericAPIView):
    """The review queue in numbers."""

    serializer_class = ReviewCountsSerializer

    def get(self, request, slug: str) -> Response:
        """Count the open review items by reason."""
        reasons = review.counts(self.project)
        return Response({"open": sum(reasons.values()), "reasons": reasons})
