"""The backbones that the ml worker knows."""

from django.db import models


class Network(models.Model):
    """A backbone that the ml worker knows, for the choices of the rounds page; written by `networks.publish`.

    A module that could not be imported has a row too, whose `problem` says why.
    """

    name = models.CharField(max_length=60, unique=True)
    module = models.CharField(max_length=200, blank=True)
    description = models.CharField(max_length=300, blank=True)
    problem = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.name
