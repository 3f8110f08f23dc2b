"""Fields of serializers."""

import math

from rest_framework import serializers


class NumberField(serializers.FloatField):
    """A number; unlike FloatField it takes neither infinity nor "nan", which passes every limit."""

    def to_internal_value(self, data) -> float:
        """Return a finite float; raises ValidationError."""
        number = super().to_internal_value(data)
        if not math.isfinite(number):
            self.fail("invalid")
        return number
