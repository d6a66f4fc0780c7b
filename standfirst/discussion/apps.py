from django.apps import AppConfig


class DiscussionConfig(AppConfig):
    name = "standfirst.discussion"
    label = "discussion"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from standfirst.accounts import naming
        from standfirst.discussion import names, receivers
        from standfirst.discussion.following import letters, telling  # noqa: F401 - telling follows the log
        from standfirst.mail import enclosures, suppression

        naming.require(names.check_own)
        receivers.connect()
        enclosures.register(letters.CONFIRM_KIND, letters.enclose_confirmation)
        enclosures.register(letters.LINK_KIND, letters.enclose_link)
        enclosures.register(letters.TOLD_KIND, letters.enclose_comment)
        enclosures.register(letters.TOGETHER_KIND, letters.enclose_together)
        suppression.send_all_the_same(letters.CONFIRM_KIND)
