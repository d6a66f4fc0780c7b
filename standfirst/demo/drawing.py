"""A sheet to draw posters on: flat shapes, long gradients, soft light and a little grain.

Coordinates are those of the finished picture, 1600 by 1000. The sheet itself is larger by
``FINE`` and is scaled down at the end, which smooths every edge at once.
"""

from collections.abc import Iterable, Sequence

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from standfirst.demo.chance import chance
from standfirst.demo.palette import rgb

WIDTH, HEIGHT = 1600, 1000
FINE = 2
GRAIN_STRENGTH = 14  # standard deviation of the noise, in levels of 256
CURVE_STEPS = 10  # straight pieces between two points of a curve

type Point = tuple[float, float]
type Box = tuple[float, float, float, float]


class Sheet:
    """A picture in the making."""

    def __init__(self, name: str, *, size: tuple[int, int] = (WIDTH, HEIGHT)) -> None:
        self.chance = chance("picture", name)
        self.width, self.height = size
        self.image = Image.new("RGB", (self.width * FINE, self.height * FINE))
        self._draw = ImageDraw.Draw(self.image, "RGBA")

    # Flat shapes

    def shape(self, points: Iterable[Point], colour: str, opacity: float = 1) -> None:
        """Fill the polygon with corners ``points``."""
        self._draw.polygon(_fine(points), fill=_paint(colour, opacity))

    def curve(self, points: Sequence[Point], colour: str, opacity: float = 1) -> None:
        """Fill a closed outline that runs smoothly through ``points``."""
        self.shape(smooth([*points, points[0]]), colour, opacity)

    def box(self, box: Box, colour: str, opacity: float = 1, *, round_by: float = 0) -> None:
        """Fill a rectangle given by left, top, right, bottom."""
        scaled = [round(edge * FINE) for edge in box]
        self._draw.rounded_rectangle(scaled, round(round_by * FINE), fill=_paint(colour, opacity))

    def boxes(self, boxes: Iterable[Box], colour: str, opacity: float = 1) -> None:
        """Fill several rectangles alike."""
        for each in boxes:
            self.box(each, colour, opacity)

    def disc(self, centre: Point, radius: float, colour: str, opacity: float = 1, *, flat: float = 1) -> None:
        """Fill a circle, or with ``flat`` below 1 an ellipse that is lower than wide."""
        x, y = centre
        box = [(x - radius) * FINE, (y - radius * flat) * FINE, (x + radius) * FINE, (y + radius * flat) * FINE]
        self._draw.ellipse(box, fill=_paint(colour, opacity))

    def ring(self, centre: Point, radius: float, colour: str, width: float) -> None:
        """Draw the outline of a circle."""
        x, y = centre
        box = [(x - radius) * FINE, (y - radius) * FINE, (x + radius) * FINE, (y + radius) * FINE]
        self._draw.ellipse(box, outline=_paint(colour, 1), width=round(width * FINE))

    def line(self, points: Iterable[Point], colour: str, width: float = 2, opacity: float = 1) -> None:
        """Draw a line through ``points``."""
        self._draw.line(_fine(points), fill=_paint(colour, opacity), width=max(1, round(width * FINE)), joint="curve")

    def arc(self, points: Sequence[Point], colour: str, width: float = 2, opacity: float = 1) -> None:
        """Draw a smooth line through ``points``."""
        self.line(smooth(points), colour, width, opacity)

    # Light

    def wash(self, top: str, bottom: str, box: Box | None = None) -> None:
        """Fill ``box`` (default: the whole sheet) with a gradient from ``top`` to ``bottom``."""
        left, upper, right, lower = (round(edge * FINE) for edge in box or (0, 0, self.width, self.height))
        gradient = Image.linear_gradient("L").resize((right - left, lower - upper))
        plain = (right - left, lower - upper)
        blend = Image.composite(Image.new("RGB", plain, bottom), Image.new("RGB", plain, top), gradient)
        self.image.paste(blend, (left, upper))

    def shade(self, points: Iterable[Point], top: str, bottom: str) -> None:
        """Fill a polygon with a gradient from ``top`` to ``bottom``."""
        corners = list(points)
        xs, ys = [x for x, _ in corners], [y for _, y in corners]
        left, upper = max(0, min(xs)), max(0, min(ys))
        right, lower = min(self.width, max(xs)), min(self.height, max(ys))
        size = (round((right - left) * FINE), round((lower - upper) * FINE))
        mask = Image.new("L", size)
        ImageDraw.Draw(mask).polygon(_fine((x - left, y - upper) for x, y in corners), fill=255)
        gradient = Image.linear_gradient("L").resize(size)
        blend = Image.composite(Image.new("RGB", size, bottom), Image.new("RGB", size, top), gradient)
        self.image.paste(blend, (round(left * FINE), round(upper * FINE)), mask)

    def glow(self, centre: Point, radius: float, colour: str, strength: float = 1, *, flat: float = 1) -> None:
        """Lay soft light around ``centre``; it fades to nothing at ``radius``."""
        size = (round(2 * radius * FINE), round(2 * radius * flat * FINE))
        fading = Image.radial_gradient("L").point(lambda far: max(0, round((255 - far * 1.4) * strength)))
        place = (round((centre[0] - radius) * FINE), round((centre[1] - radius * flat) * FINE))
        self.image.paste(Image.new("RGB", size, colour), place, fading.resize(size, Image.Resampling.BILINEAR))

    def beam(self, points: Sequence[Point], colour: str, strength: float, *, soft: float = 12) -> None:
        """Lay a beam of light with soft edges over the sheet."""
        # Softness hides detail, so the mask is drawn at a quarter of the size and costs a sixteenth.
        small = (self.width // 2, self.height // 2)
        mask = Image.new("L", small)
        ImageDraw.Draw(mask).polygon([(x / 2, y / 2) for x, y in points], fill=round(255 * strength))
        mask = mask.filter(ImageFilter.GaussianBlur(soft)).resize(self.image.size)
        self.image.paste(Image.new("RGB", self.image.size, colour), (0, 0), mask)

    # Nature

    def ridge(self, base: float, height: float, colour: str, *, pieces: int = 9, fade: str = "") -> None:
        """Draw a range of hills whose feet stand at ``base``; ``fade`` is its colour at the feet."""
        step = self.width / (pieces - 1)
        tops = [(i * step, base - height * self.chance.uniform(0.25, 1)) for i in range(-1, pieces + 1)]
        outline = [*smooth(tops), (self.width + 80, base), (-80, base)]
        if fade:
            inside = [(min(max(x, 0), self.width), y) for x, y in outline]
            self.shade(inside, colour, fade)
        else:
            self.shape(outline, colour)

    def ripples(self, box: Box, colour: str, number: int, *, length: float = 120, opacity: float = 0.5) -> None:
        """Scatter flat strokes over water: short and thin far away, long and thick near."""
        left, top, right, bottom = box
        for _ in range(number):
            near = self.chance.random() ** 1.4
            y = top + (bottom - top) * near
            half = length * (0.2 + near) * self.chance.uniform(0.3, 1) / 2
            thick = 1 + 4.5 * near
            x = self.chance.uniform(left, right)
            lens = [(x - half, y), (x, y - thick / 2), (x + half, y), (x, y + thick / 2)]
            self.shape(lens, colour, opacity * self.chance.uniform(0.35, 1))

    def glitter(self, centre: float, top: float, bottom: float, spread: float, colour: str) -> None:
        """Draw the path of light that a low sun lays on water."""
        rows = round((bottom - top) / 9)
        for row in range(rows):
            near = row / rows
            y = top + 4 + row * 9 + self.chance.uniform(-2, 2)
            half = spread * (0.35 + near) * self.chance.uniform(0.3, 1) / 2
            x = centre + spread * self.chance.uniform(-0.22, 0.22) * (0.4 + near)
            thick = 1.5 + 3 * near
            self.shape([(x - half, y), (x, y - thick), (x + half, y), (x, y + thick)], colour, 0.85 - 0.45 * near)

    def clouds(self, box: Box, colour: str, number: int, *, opacity: float = 0.5) -> None:
        """Draw long flat clouds with round backs."""
        left, top, right, bottom = box
        # One mask for all: where two overlap, they must not add up.
        mask = Image.new("L", (self.width, self.height))
        draw = ImageDraw.Draw(mask)
        for _ in range(number):
            x, y = self.chance.uniform(left, right), self.chance.uniform(top, bottom)
            wide = self.chance.uniform(160, 420)
            draw.rounded_rectangle((x - wide / 2, y - 7, x + wide / 2, y + 7), 7, fill=round(255 * opacity))
            for _ in range(3):
                middle, reach = x + self.chance.uniform(-0.3, 0.3) * wide, wide * self.chance.uniform(0.12, 0.24)
                low = y - self.chance.uniform(2, 14)
                draw.rounded_rectangle((middle - reach, low - 9, middle + reach, low + 7), 8, fill=round(255 * opacity))
        mask = mask.resize(self.image.size, Image.Resampling.BILINEAR)
        self.image.paste(Image.new("RGB", self.image.size, colour), (0, 0), mask)

    def gulls(self, box: Box, colour: str, number: int) -> None:
        """Draw gulls on the wing, some nearer than others."""
        left, top, right, bottom = box
        for _ in range(number):
            x, y = self.chance.uniform(left, right), self.chance.uniform(top, bottom)
            span = self.chance.uniform(10, 24)
            lift = span * self.chance.uniform(0.28, 0.5)
            wings = [(x - span, y - lift * 0.4), (x - span * 0.45, y - lift), (x, y), (x + span * 0.45, y - lift)]
            self.arc([*wings, (x + span, y - lift * 0.4)], colour, span / 9)

    # The end

    def finish(self) -> Image.Image:
        """Return the finished picture: scaled down, with grain."""
        picture = self.image.resize((self.width, self.height), Image.Resampling.BOX)
        return _grained(picture, self.chance.randrange(1 << 30))


def smooth(points: Sequence[Point]) -> list[Point]:
    """Return points of a curve through ``points`` (Catmull and Rom's spline; closed if the ends meet)."""
    closed = points[0] == points[-1]
    before = points[-2] if closed else points[0]
    after = points[1] if closed else points[-1]
    knots = [before, *points, after]
    found: list[Point] = []
    for index in range(1, len(knots) - 2):
        p0, p1, p2, p3 = knots[index - 1 : index + 3]
        found += [_between(p0, p1, p2, p3, step / CURVE_STEPS) for step in range(CURVE_STEPS)]
    return [*found, points[-1]]


def placed(points: Iterable[Point], at: Point, size: float = 1) -> list[Point]:
    """Return ``points``, which are counted from a figure's foot, for the figure ``at`` its place and ``size``."""
    return [(at[0] + x * size, at[1] + y * size) for x, y in points]


def _between(p0: Point, p1: Point, p2: Point, p3: Point, at: float) -> Point:
    def along(a: float, b: float, c: float, d: float) -> float:
        return 0.5 * (2 * b + (c - a) * at + (2 * a - 5 * b + 4 * c - d) * at**2 + (3 * b - a - 3 * c + d) * at**3)

    return along(p0[0], p1[0], p2[0], p3[0]), along(p0[1], p1[1], p2[1], p3[1])


def _fine(points: Iterable[Point]) -> list[Point]:
    return [(x * FINE, y * FINE) for x, y in points]


def _paint(colour: str, opacity: float) -> tuple[int, int, int, int]:
    return (*rgb(colour), round(255 * opacity))


def _grained(picture: Image.Image, seed: int) -> Image.Image:
    # Pillow's own noise cannot be seeded: bytes from our stream can. A tile is enough, the eye finds no seam.
    side = 400
    coarse = chance("grain", seed).randbytes(side * side)
    tile = Image.frombytes("L", (side, side), coarse).point(lambda level: 128 + (level - 128) * GRAIN_STRENGTH // 128)
    noise = Image.new("L", picture.size)
    for x in range(0, picture.width, side):
        for y in range(0, picture.height, side):
            noise.paste(tile, (x, y))
    return ImageChops.soft_light(picture, Image.merge("RGB", (noise, noise, noise)))
