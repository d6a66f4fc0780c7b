"""How a subject's key stands in an address."""

from django.urls import register_converter
from django.urls.converters import StringConverter


class SubjectConverter(StringConverter):
    """A subject's key, such as story:42."""

    regex = "[A-Za-z0-9._:-]{1,120}"


register_converter(SubjectConverter, "subject")
