"""What rules have found in comments: kept for moderators, with the revision it was found in."""

from standfirst.discussion.models import Comment, Finding, Revision, Rule
from standfirst.discussion.rules.matching import Hit


def keep(revision: Revision, hit: Hit) -> Finding:
    """Write down what was found. Inside the verb that writes the revision. The rule may be gone meanwhile."""
    rule = Rule.objects.filter(pk=hit.rule_id).first() if hit.rule_id else None
    return Finding.objects.create(
        revision=revision, rule=rule, rule_name=hit.name, verdict=hit.verdict, matched=hit.matched
    )


def of_comment(comment: Comment) -> Finding | None:
    """Return what a rule found in the newest revision of ``comment``, None if nothing. One query."""
    newest = comment.revisions.select_related("finding").order_by("-number").first()
    return getattr(newest, "finding", None)
