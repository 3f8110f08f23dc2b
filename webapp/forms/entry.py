"""Forms for signing in and for a new project."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm

from annotations.models import Project


class SignInForm(AuthenticationForm):
    """Name and password."""

    error_messages = {
        "invalid_login": "This name and password do not belong together. Both are case-sensitive.",
        "inactive": "This account is switched off. An administrator can switch it on.",
    }


class NewProjectForm(forms.ModelForm):
    """What a project needs to begin; everything else has a default."""

    class Meta:
        model = Project
        fields = ["name", "description"]
        labels = {"name": "Name", "description": "Description (optional)"}
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "off"}),
            "description": forms.Textarea(attrs={"rows": 2}),
        }
        error_messages = {
            "name": {
                "required": "Write a name, for example the product or the line.",
                "max_length": "Shorten the name to %(limit_value)d characters; it has %(show_value)d.",
            }
        }
