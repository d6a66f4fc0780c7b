from django.apps import AppConfig


class DiscussionConfig(AppConfig):
    name = "standfirst.discussion"
    label = "discussion"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from standfirst.accounts import naming
        from standfirst.discussion import names, receivers
        from standfirst.discussion.following import follows, letters, telling  # noqa: F401 - telling follows the log
        from standfirst.discussion.mine import erasing
        from standfirst.discussion.moderating import reports
        from standfirst.discussion.rules import cooling
        from standfirst.mail import enclosures, suppression

        naming.require(names.check_own)
        receivers.connect()
        erasing.when_erased(follows.forget_person)
        erasing.when_erased(reports.forget_person)
        cooling.count_reports_with(reports.by_thread)
        enclosures.register(letters.CONFIRM_KIND, letters.enclose_confirmation)
        enclosures.register(letters.LINK_KIND, letters.enclose_link)
        enclosures.register(letters.TOLD_KIND, letters.enclose_comment)
        enclosures.register(letters.TOGETHER_KIND, letters.enclose_together)
        suppression.send_all_the_same(letters.CONFIRM_KIND)
