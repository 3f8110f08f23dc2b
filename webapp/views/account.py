"""Signing in, changing one's password, and the token for scripts."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.views import LoginView
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST
from rest_framework.authtoken.models import Token

from webapp.forms.entry import SignInForm
from webapp.views.page import PageRequest, page


class SignIn(LoginView):
    """Ask for name and password; who is signed in already goes on to the projects."""

    template_name = "webapp/account/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True


@require_GET
@page
def account(request: PageRequest) -> HttpResponse:
    """Show the account with its password form and its token."""
    return _show(request, PasswordChangeForm(request.user))


@require_POST
@page
def change_password(request: PageRequest) -> HttpResponse:
    """Change the password; this browser stays signed in, every other one is signed out."""
    form = PasswordChangeForm(request.user, request.POST)
    if not form.is_valid():
        return _show(request, form, status=422)
    update_session_auth_hash(request, form.save())
    messages.success(request, "The password is changed. Other browsers of yours must sign in again.")
    return redirect("account")


@require_POST
@page
def renew_token(request: PageRequest) -> HttpResponse:
    """Make the token, or another one: the old one stops working at once."""
    with transaction.atomic():
        Token.objects.filter(user=request.user).delete()
        Token.objects.create(user=request.user)
    messages.success(request, "The new token is shown below; the old one no longer works.")
    return redirect("account")


def _show(request: PageRequest, form: PasswordChangeForm, *, status: int = 200) -> HttpResponse:
    token = Token.objects.filter(user=request.user).first()
    memberships = request.user.memberships.select_related("project").order_by("project__name")
    context: dict[str, Any] = {"form": form, "token": token, "memberships": memberships}
    return render(request, "webapp/account/account.html", context, status=status)
