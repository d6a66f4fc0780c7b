"""What policies, rules and challenges say no to: to readers, and to moderators who write them."""

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from standfirst.kit.errors import Refusal


class AccountNeeded(Refusal):
    """A guest's comment where only accounts may comment."""

    code = "discussion.account_needed"
    status = 403
    message = _("Here, only people with an account comment. Your text is still here: please sign in and post it then.")


class SlowMode(Refusal):
    """A comment sooner after the last than slow mode allows."""

    code = "discussion.slow_mode"
    status = 429
    message = _(
        "This discussion is in slow mode: one comment every {every} seconds. Your text is still here:"
        " please post it in {seconds} seconds."
    )


class RefusedByRule(Refusal):
    """A comment that a rule of the moderators refuses."""

    code = "discussion.refused_by_rule"
    status = 422
    field: ClassVar[str] = "text"
    message = _("{told} It was not posted; your text is still here.")


class ChallengeNeeded(Refusal):
    """A comment that has to be paid for with a moment of computing. The answer brings the challenge."""

    code = "discussion.challenge_needed"
    status = 403
    message = _("Before your comment is posted, your browser has to show that it is no machine.")


class NoSuchRule(Refusal):
    """A rule that was removed."""

    code = "discussion.no_such_rule"
    status = 404
    message = _("This rule does not exist, or no longer. Nothing was changed.")


class TooManyRules(Refusal):
    """More rules than anybody oversees."""

    code = "discussion.too_many_rules"
    status = 409
    message = _("There are {most} rules already. Please remove one first, or put the words into one that stands.")


class RuleNameMissing(Refusal):
    """A rule without a name."""

    code = "discussion.rule_name_missing"
    status = 422
    field: ClassVar[str] = "name"
    message = _("Please give the rule a name of at most {length_max} characters: it stands beside what it holds.")


class ToldTooLong(Refusal):
    """A reason that nobody reads."""

    code = "discussion.rule_told_too_long"
    status = 422
    field: ClassVar[str] = "told"
    message = _("What the author reads is too long: please use at most {length_max} characters.")


class RuleUnknown(Refusal):
    """A kind or verdict that nobody offered."""

    code = "discussion.rule_unknown"
    status = 422
    message = _("Please choose what the rule looks for and what becomes of the comment.")


class ListUnusable(Refusal):
    """A list that is empty or too long."""

    code = "discussion.rule_list_unusable"
    status = 422
    field: ClassVar[str] = "value"
    message = _("Please write 1 to {lines_max} lines.")


class PhraseUnusable(Refusal):
    """A line without a word, or too long."""

    code = "discussion.rule_phrase_unusable"
    status = 422
    field: ClassVar[str] = "value"
    message = _("Each line needs a word, and at most {length_max} characters.")


class PatternUnusable(Refusal):
    """A pattern that is none."""

    code = "discussion.rule_pattern_unusable"
    status = 422
    field: ClassVar[str] = "value"
    message = _("This pattern cannot be used: {why}.")


class PatternTooSlow(Refusal):
    """A pattern that takes long on a long text."""

    code = "discussion.rule_pattern_too_slow"
    status = 422
    field: ClassVar[str] = "value"
    message = _("On a long comment this pattern takes too long. Please make it simpler: fewer repetitions in a row.")


class NetworkUnusable(Refusal):
    """A line that is no address range."""

    code = "discussion.rule_network_unusable"
    status = 422
    field: ClassVar[str] = "value"
    message = _("“{line}” is no address range such as 192.0.2.0/24 or 2001:db8::/48.")


class NumberMissing(Refusal):
    """A rule that counts, without a number."""

    code = "discussion.rule_number_missing"
    status = 422
    field: ClassVar[str] = "number"
    message = _("Please say how many: from 1 to {most}.")


class MinutesMissing(Refusal):
    """A rule that counts within a time, without the time."""

    code = "discussion.rule_minutes_missing"
    status = 422
    field: ClassVar[str] = "minutes"
    message = _("Please say within how many minutes: from 1 to {most}.")


class PolicyUnusable(Refusal):
    """A policy with a value that nobody offered."""

    code = "discussion.policy_unusable"
    status = 422
    message = _("This policy cannot be set: please look at “{what}”. Nothing was changed.")


class NoSuchScope(Refusal):
    """A policy for nothing."""

    code = "discussion.no_such_scope"
    status = 404
    message = _("There is no such part of the site. Nothing was changed.")


class CoolDownUnusable(Refusal):
    """A cool-down without a length or a reason."""

    code = "discussion.cool_down_unusable"
    status = 422
    message = _("Please say why, and for how long: 1 to {most} minutes.")
