"""Comments of people on an image, pinned to a place on it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from annotations.models.images import Image


class Comment(models.Model):
    """A thread's first comment (`parent` is null) or a reply to it.

    A thread has a number on its image, and a place in pixels of the original, or none when it is about the
    image as a whole. With `box_uid` it belongs to that box: the pin goes where the box goes, and the place
    keeps where it was. `uid` is made by the client, so that a post that is sent twice is kept once.
    """

    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="comments")
    uid = models.UUIDField()
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="replies"
    )
    number = models.PositiveIntegerField(null=True, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    # Empty once its author took it back while others had answered.
    text = models.TextField(blank=True)
    x = models.FloatField(null=True, blank=True)
    y = models.FloatField(null=True, blank=True)
    box_uid = models.UUIDField(null=True, blank=True)
    needs_help = models.BooleanField(default=False)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    edited_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["image", "uid"], name="comment_uid_once_per_image"),
            models.UniqueConstraint(fields=["image", "number"], name="comment_number_once_per_image"),
            models.CheckConstraint(
                condition=Q(parent__isnull=True, number__isnull=False, number__gte=1)
                | Q(parent__isnull=False, number__isnull=True),
                name="comment_of_a_thread_has_its_number",
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True)
                | Q(x__isnull=True, box_uid__isnull=True, needs_help=False, resolved_at__isnull=True),
                name="comment_reply_has_nothing_of_a_thread",
            ),
            models.CheckConstraint(
                condition=Q(x__isnull=True, y__isnull=True)
                | Q(x__isnull=False, y__isnull=False, x__gte=0, y__gte=0),
                name="comment_place_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(box_uid__isnull=True) | Q(x__isnull=False), name="comment_of_a_box_has_a_place"
            ),
            models.CheckConstraint(
                condition=~Q(text="") | Q(deleted_at__isnull=False), name="comment_says_something"
            ),
        ]
        indexes = [
            models.Index(
                fields=["image"],
                condition=Q(parent__isnull=True, resolved_at__isnull=True),
                name="comment_open_threads",
            )
        ]

    def __str__(self) -> str:
        return f"{self.text[:60] or 'deleted'} ({self.image})"
