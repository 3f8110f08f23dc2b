"""Template tags that write types, severities, scores, states and times in one way on every page."""

from datetime import datetime

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html, json_script
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.simple_tag(takes_context=True)
def unsent_data(context) -> SafeString:
    """Write whose page this is, for the module that sends unsent work of this browser."""
    user = context["request"].user
    data = {
        "person": {"id": user.pk, "name": user.get_username()},
        "csrf_cookie": settings.CSRF_COOKIE_NAME,
        "login_url": reverse("login"),
    }
    return json_script(data, "unsent-data")


@register.simple_tag
def page_addresses() -> SafeString:
    """Write the addresses of pages that modules open, for the project `__slug__` and the id 0."""
    label = {
        "label": reverse("label", args=["__slug__"]),
        "label_image": reverse("label-image", args=["__slug__", 0]),
    }
    return json_script(label, "page-addresses")


@register.simple_tag
def severity(value: float | None) -> SafeString:
    """Draw a severity, 0 to 1: the ramp's block and a bold number; a dash while it is unknown."""
    if value is None:
        return mark_safe('<span class="soft" title="No severity yet">–</span>')
    template = '<span class="severity" style="--s: {}" title="Severity, 0 to 1">{}</span>'
    return format_html(template, *_both(value))


@register.simple_tag
def score(value: float | None) -> SafeString:
    """Draw a detector's score, 0 to 1: a thin rule under a plain number, never like a severity."""
    if value is None:
        return mark_safe('<span class="soft" title="Drawn by a person">–</span>')
    template = '<span class="score" style="--s: {}" title="Score: the detector’s confidence">{}</span>'
    return format_html(template, *_both(value))


def _both(value: float) -> tuple[str, str]:
    return f"{min(1.0, max(0.0, value)):.3f}", f"{value:.2f}"


@register.simple_tag
def defect_type(row) -> SafeString:
    """Draw the color and the name of a defect type, with its key where it has one."""
    key = format_html(" <kbd>{}</kbd>", row.hotkey) if row.hotkey else ""
    return format_html('<span class="type" style="--type-color: {}">{}{}</span>', row.color, row.name, key)


@register.filter
def when(moment: datetime | None) -> SafeString | str:
    """Write a moment in UTC; the page turns it into the reader's own time."""
    if moment is None:
        return "–"
    return format_html(
        '<time datetime="{}">{} UTC</time>', moment.isoformat(timespec="seconds"), f"{moment:%Y-%m-%d %H:%M}"
    )


@register.filter
def duration(seconds: float | None) -> str:
    """Write a number of seconds in a readable form: 45 s, 3 min 20 s, 2 h 5 min."""
    if seconds is None:
        return "–"
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        minutes, rest = divmod(whole, 60)
        return f"{minutes} min {rest} s" if rest and minutes < 10 else f"{minutes} min"
    hours, rest = divmod(whole // 60, 60)
    return f"{hours} h {rest} min" if rest else f"{hours} h"


@register.filter
def decimals(value: float | str | None, digits: int = 3) -> str:
    """Write a number with `digits` after the point, a dash for none."""
    # A template passes an empty text when an attribute of the expression is missing.
    return "–" if value is None or isinstance(value, str) else f"{value:.{digits}f}"


@register.filter
def count(value: int | str | None, noun: str) -> str:
    """Write "1 image" or "1,234 images"; `noun` may give its plural after a comma: "box,boxes"."""
    one, _, many = noun.partition(",")
    number = "–" if value is None or isinstance(value, str) else f"{value:,}"
    return f"{number} {one if value == 1 else many or one + 's'}"


@register.filter
def item(mapping, key):
    """Return `mapping`[`key`], or None."""
    return (mapping or {}).get(key)
