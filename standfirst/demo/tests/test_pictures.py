from io import BytesIO

import pytest
from PIL import Image

from standfirst.demo.drawing import HEIGHT, WIDTH, Sheet, smooth
from standfirst.demo.palette import mix, rgb
from standfirst.demo.pictures import draw

pytestmark = pytest.mark.one_database


def test_a_picture_is_the_same_each_time_it_is_drawn() -> None:
    assert draw("fog_search") == draw("fog_search")


@pytest.mark.parametrize(("name", "size"), [("ferry", (WIDTH, HEIGHT)), ("portrait", (1200, 1200))])
def test_a_picture_is_a_jpeg_of_the_size_that_was_promised(name: str, size: tuple[int, int]) -> None:
    picture = Image.open(BytesIO(draw(name)))

    assert (picture.format, picture.size) == ("JPEG", size)


def test_a_wash_leads_from_one_colour_to_the_other() -> None:
    sheet = Sheet("wash", size=(40, 400))

    sheet.wash("#000000", "#ffffff")

    grey = sheet.image.convert("L")
    column = [grey.crop((10, y, 11, y + 1)).tobytes()[0] for y in (0, 400, 799)]
    assert column[0] < 10
    assert 100 < column[1] < 150
    assert column[2] > 245


def test_a_smooth_line_goes_through_its_points() -> None:
    points = [(0.0, 0.0), (10.0, 5.0), (20.0, 0.0), (30.0, 9.0)]

    line = smooth(points)

    assert all(point in line for point in points)


def test_half_way_between_two_colours_lies_their_mean() -> None:
    assert rgb(mix("#000000", "#ffffff", 0.5)) == (128, 128, 128)
    assert mix("#123456", "#abcdef", 0) == "#123456"
