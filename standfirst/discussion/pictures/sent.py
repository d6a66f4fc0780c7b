"""The pictures of a form as it was sent: files, and the names of those that are pending already."""

from django.http import HttpRequest

from standfirst.discussion.models import PICTURES_MAX, CommentPicture
from standfirst.discussion.pictures import gallery, refused, shelf
from standfirst.discussion.pictures.belonging import Chosen, take_back
from standfirst.discussion.pictures.gallery import ShownPicture
from standfirst.discussion.pictures.taking_in import clean_alt, take_in

FILE, NAME, ALT, DROP = "picture-file", "picture", "picture-alt", "picture-drop"


class Sent:
    """What was sent: filled step by step, so that whatever was taken in before a refusal comes back with the form."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self.chosen: list[Chosen] = []

    def take(self, address_hash: str) -> tuple[Chosen, ...]:
        """Take in the files that came, one after the other, and return all pictures of the form.

        Refusals: those of ``take_in``, TooManyPictures.
        """
        sent = self._request.POST
        if NAME in sent:
            self._pending()
        if self._request.content_type != "multipart/form-data":
            return tuple(self.chosen)
        came = self._request.FILES
        files = [(name, file) for name in came if name.startswith(FILE) and (file := came.get(name))]
        if len(self.chosen) + len(files) > PICTURES_MAX:
            raise refused.TooManyPictures(count_max=PICTURES_MAX)
        for name, file in files:
            alt = clean_alt(sent.get(ALT + name.removeprefix(FILE), ""))
            picture = take_in(file=file, address_hash=address_hash, alt=alt)
            self.chosen.append(Chosen(picture.name, alt))
        return tuple(self.chosen)

    def shown(self) -> list[ShownPicture]:
        """Return the pending ones, for the form that comes back. One query if there are any."""
        if not self.chosen:
            return []
        there = CommentPicture.objects.filter(name__in=[each.name for each in self.chosen], comment__isnull=True)
        found = {picture.name: picture for picture in there}
        for each in self.chosen:
            if each.name in found:
                found[each.name].alt = each.alt
        return [gallery.of(found[each.name]) for each in self.chosen if each.name in found]

    def _pending(self) -> None:
        sent = self._request.POST
        dropped = set(sent.getlist(DROP))
        for name in list(dict.fromkeys(sent.getlist(NAME)))[: PICTURES_MAX + 1]:
            if not shelf.is_name(name):  # nor can every database look for every text
                raise refused.PictureGone
            if name in dropped:
                take_back(name=name)
            else:
                self.chosen.append(Chosen(name, clean_alt(sent.get(f"{ALT}-{name}", ""))))
        if len(self.chosen) > PICTURES_MAX:
            raise refused.TooManyPictures(count_max=PICTURES_MAX)
