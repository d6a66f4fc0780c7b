"""What is said no to about pictures."""

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from standfirst.kit.errors import Refusal


class NotAPicture(Refusal):
    """Bytes that are none of the pictures that we read."""

    code = "discussion.not_a_picture"
    status = 422
    field: ClassVar[str] = "picture"
    message = _("This file is not a picture that can be shown here. Please choose a JPEG, PNG, GIF or WebP.")


class PictureTooLarge(Refusal):
    """A file of too many bytes."""

    code = "discussion.picture_too_large"
    status = 413
    field: ClassVar[str] = "picture"
    message = _("This picture is larger than {mib_max} MB. Please choose a smaller one; your text is still here.")


class TooManyPixels(Refusal):
    """A picture that would take too much memory to decode."""

    code = "discussion.picture_too_many_pixels"
    status = 422
    field: ClassVar[str] = "picture"
    message = _("This picture has too many pixels. Please make it smaller; your text is still here.")


class TooManyPictures(Refusal):
    """More than a comment may have."""

    code = "discussion.too_many_pictures"
    status = 422
    field: ClassVar[str] = "picture"
    message = _("A comment can have {count_max} pictures. Please leave the others out; your text is still here.")


class TooManyUploads(Refusal):
    """More pictures in an hour than a person has to show."""

    code = "discussion.too_many_uploads"
    status = 429
    field: ClassVar[str] = "picture"
    message = _("Too many pictures came from here. Your text is still here: please add the picture in an hour.")


class PicturesBusy(Refusal):
    """More pictures at once than we decode."""

    code = "discussion.pictures_busy"
    status = 503
    field: ClassVar[str] = "picture"
    message = _("Many pictures are arriving just now. Your text is still here: please try again in a minute.")


class NoRoom(Refusal):
    """A disk that is full."""

    code = "discussion.no_room_for_pictures"
    status = 503
    field: ClassVar[str] = "picture"
    message = _(
        "We cannot keep pictures just now. Your text is still here: please post it without, or try again later."
    )


class PictureGone(Refusal):
    """A pending picture that was swept away, or that belongs to a comment already."""

    code = "discussion.picture_gone"
    status = 409
    field: ClassVar[str] = "picture"
    message = _("A picture was not kept that long. Your text is still here: please add the picture again.")


class NoSuchPicture(Refusal):
    """No picture of that name that this person may see."""

    code = "discussion.no_such_picture"
    status = 404
    message = _("This picture does not exist, or no longer.")
