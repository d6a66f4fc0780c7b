"""Parts of a page that are made once."""

from typing import Any

import pytest
from django.template import Context, Template
from django.test import override_settings
from django.utils import translation


def test_a_part_is_made_once_for_each_language() -> None:
    made = Template("{% once %}{% now 'N' %}{% endonce %}{% now 'N' %}")
    with translation.override("en"):
        first = made.render(Context())
    with translation.override("ar"):
        arabic = made.render(Context())
        assert arabic[: len(arabic) // 2] == arabic[len(arabic) // 2 :]
    assert arabic != first
    with translation.override("en"):
        assert made.render(Context()) == first


def test_a_part_is_the_same_the_second_time_and_sees_no_variables() -> None:
    made = Template("{% once %}<{{ name }}>{% endonce %}{{ name }}")
    assert made.render(Context({"name": "Ines"})) == "<>Ines"
    assert made.render(Context({"name": "Omar"})) == "<>Omar"


def test_a_part_that_includes_a_template_is_made_of_it() -> None:
    made = Template("{% once %}{% include 'web/_styles.html' %}{% endonce %}")
    assert "stylesheet" in made.render(Context())


@pytest.mark.parametrize(("debug", "times"), [(True, 2), (False, 1)])
def test_a_part_is_made_anew_where_templates_change_while_the_process_runs(
    debug: bool, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Template("{% once %}words{% endonce %}")
    rendered = []
    nodelist = made.nodelist[0].nodelist
    render = type(nodelist).render

    def noted(these: Any, context: Context) -> Any:
        if these is nodelist:
            rendered.append(1)
        return render(these, context)

    monkeypatch.setattr(type(nodelist), "render", noted)
    with override_settings(DEBUG=debug):
        made.render(Context())
        made.render(Context())
    assert len(rendered) == times
