"""The moderators' pages for rules, policies and cool-downs: plain forms, each of which calls one verb."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail.admin import messages

from standfirst.accounts.models import Account
from standfirst.delivery.pages import personal_page
from standfirst.discussion import threads
from standfirst.discussion.models import Policy, Rule, RuleChange, Thread
from standfirst.discussion.moderating.desk import moderators_only
from standfirst.discussion.rules import cooling, policies, trying, writing
from standfirst.discussion.rules.forms import CoolDownForm, PolicyForm, RuleForm
from standfirst.kit.errors import Refusal

SEARCHED_LENGTH_MAX = 100  # characters of a title that is looked for
FOUND_MAX = 20


def _account(request: HttpRequest) -> Account:
    """Return who asks; ``moderators_only`` has let in nobody but an account."""
    if not isinstance(request.user, Account):
        raise TypeError("a moderator has an account")
    return request.user


def _page(request: HttpRequest, template: str, title: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    crumbs = [
        {"url": reverse("wagtailadmin_home"), "label": _("Home")},
        {"url": reverse("discussion_queue"), "label": _("Comments")},
        {"url": reverse("discussion_rules"), "label": _("Rules")},
        {"url": "", "label": title},
    ]
    frame = {"breadcrumbs_items": crumbs, "header_title": title, "header_icon": "clipboard-list"}
    return render(request, f"discussion/rules/desk/{template}.html", frame | context, status=status)


@personal_page
@require_safe
@moderators_only
def rules(request: HttpRequest) -> HttpResponse:
    """All rules in their order, and what was done with them lately."""
    context = {"rules": writing.all_rules(), "changes": writing.latest_changes(), "running": cooling.running()}
    return _page(request, "rules", _("Rules"), context)


@personal_page
@require_http_methods(["GET", "HEAD", "POST"])
@moderators_only
def rule(request: HttpRequest, rule_id: int = 0) -> HttpResponse:
    """A new rule or one that stands: written, tried out, kept."""
    try:
        found = writing.rule_of(rule_id) if rule_id else None
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return HttpResponseRedirect(reverse("discussion_rules"))
    typed = {name: getattr(found, name) for name in RuleForm.base_fields} if found else None
    form = RuleForm(request.POST if request.method == "POST" else None, initial=typed)
    trial = None
    if request.method == "POST" and form.is_valid():
        try:
            wording = writing.cleaned(form.wording())
            if request.POST.get("do") != "try":
                return _kept(request, found, wording)
            trial = trying.dry_run(wording.of_rule())
        except Refusal as refusal:
            form.refused(refusal)
    context = {"form": form, "rule": found, "trial": trial, "changes": _changes(found)}
    return _page(request, "rule", found.name if found else _("New rule"), context, 422 if form.errors else 200)


def _changes(found: Rule | None) -> list[RuleChange]:
    return writing.latest_changes(rule=found) if found else []


def _kept(request: HttpRequest, found: Rule | None, wording: writing.Wording) -> HttpResponse:
    by = _account(request)
    if found is None:
        kept = writing.write_rule(wording=wording, by=by)
        said = _("The rule is written down. It judges nothing until you switch it on.")
    else:
        kept = writing.change_rule(rule_id=found.pk, wording=wording, by=by)
        said = _("The rule is changed.")
    messages.success(request, said)
    return HttpResponseRedirect(reverse("discussion_rule", args=[kept.pk]))


_STEPS: dict[str, tuple[Callable[..., Any], str]] = {
    "on": (writing.switch_on, "discussion_rule"),
    "off": (writing.switch_off, "discussion_rule"),
    "up": (writing.move_up, "discussion_rules"),
    "remove": (writing.remove_rule, "discussion_rules"),
}


@personal_page
@require_POST
@moderators_only
def step(request: HttpRequest, rule_id: int) -> HttpResponse:
    """Switch a rule on or off, move it up, remove it."""
    verb, to = _STEPS.get(request.POST.get("do", ""), (None, ""))
    if verb is None:
        messages.error(request, _("Nothing was changed: please choose what to do with the rule."))
        return HttpResponseRedirect(reverse("discussion_rules"))
    try:
        verb(rule_id=rule_id, by=_account(request))
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return HttpResponseRedirect(reverse("discussion_rules"))
    messages.success(request, _("Done."))
    return HttpResponseRedirect(reverse(to, args=[rule_id] if to == "discussion_rule" else []))


@personal_page
@require_safe
@moderators_only
def all_policies(request: HttpRequest) -> HttpResponse:
    """The policies of the site and its sections, those of single discussions, and the way to any other."""
    stances = policies.stances_now()
    named = policies.named_scopes()
    single = Thread.objects.filter(key__in=[scope for scope in stances if scope not in dict(named)])
    searched = request.GET.get("q", "").strip()[:SEARCHED_LENGTH_MAX]
    by_title = Thread.objects.filter(title__icontains=searched).order_by("-opened_at")
    context = {
        "scopes": [(scope, name, stances.get(scope)) for scope, name in named],
        "single": [(thread.key, thread.title, stances[thread.key]) for thread in single.order_by("title")],
        "found": by_title[:FOUND_MAX] if searched else [],
        "searched": searched,
        "running": cooling.running(),
    }
    return _page(request, "policies", _("Policies"), context)


@personal_page
@require_http_methods(["GET", "HEAD", "POST"])
@moderators_only
def policy(request: HttpRequest, scope: str) -> HttpResponse:
    """The policy of one scope; of a single discussion also its cool-downs."""
    thread = Thread.objects.filter(key=scope).first()
    name = thread.title if thread else dict(policies.named_scopes()).get(scope)
    if name is None:
        messages.error(request, _("There is no such part of the site."))
        return HttpResponseRedirect(reverse("discussion_policies"))
    stance = policies.stances_now().get(scope)
    typed = {each: getattr(stance, each) for each in PolicyForm.base_fields} if stance else None
    form = PolicyForm(request.POST if request.method == "POST" else None, initial=typed)
    if request.method == "POST" and form.is_valid():
        try:
            policies.set_policy(scope=scope, by=_account(request), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The policy holds from now on."))
            return HttpResponseRedirect(reverse("discussion_policy", args=[scope]))
    context = {"form": form, "scope": scope, "history": _history(scope), **_cooling(thread)}
    return _page(request, "policy", name, context, 422 if form.errors else 200)


def _history(scope: str) -> list[tuple[Policy, list[str]]]:
    return [(row, policies.stated(row)) for row in policies.history(scope)]


def _cooling(thread: Thread | None) -> dict[str, Any]:
    """Return what the page of a single discussion says of its cool-downs."""
    if thread is None or thread.withdrawn_at is not None:
        return {"thread": thread}
    terms = threads.terms_of(thread.key)
    context = {"terms": terms, "closed_in_words": policies.closed_in_words(terms), "cool_form": CoolDownForm()}
    return context | {"thread": thread, "cool_downs": cooling.latest(thread)}


@personal_page
@require_POST
@moderators_only
def cool_down(request: HttpRequest, scope: str) -> HttpResponse:
    """Begin, prolong or end the cool-down of a discussion."""
    by, do = _account(request), request.POST.get("do", "")
    form = CoolDownForm(request.POST)
    try:
        if do == "end":
            cooling.end(thread_key=scope, by=by)
        elif do == "prolong":
            cooling.prolong(thread_key=scope, by=by)
        elif form.is_valid():
            cooling.begin(thread_key=scope, by=by, **form.cleaned_data)
        else:
            messages.error(request, _("Please say why, and for how many minutes."))
            return HttpResponseRedirect(reverse("discussion_policy", args=[scope]))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Done. Readers of the discussion see it."))
    return HttpResponseRedirect(reverse("discussion_policy", args=[scope]))


def addresses() -> list[URLPattern]:
    """Where these pages are."""
    return [
        path("discussion/rules/", rules, name="discussion_rules"),
        path("discussion/rules/new/", rule, name="discussion_rule_new"),
        path("discussion/rules/<int:rule_id>/", rule, name="discussion_rule"),
        path("discussion/rules/<int:rule_id>/steps/", step, name="discussion_rule_step"),
        path("discussion/policies/", all_policies, name="discussion_policies"),
        path("discussion/policies/<str:scope>/", policy, name="discussion_policy"),
        path("discussion/policies/<str:scope>/cool-downs/", cool_down, name="discussion_cool_down"),
    ]
