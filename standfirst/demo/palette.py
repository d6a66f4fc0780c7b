"""The few colours that all pictures of the sample share, so that they look like one hand's work."""

INK = "#132a36"
NIGHT = "#0c1c27"
DEEP = "#1d4552"
SEA = "#2f6d75"
SHALLOW = "#5d9a99"
MIST = "#a9c6c0"
FOG = "#cfdcd5"
SAND = "#ecdcc0"
CREAM = "#f8f0e0"
ROSE = "#e6b3a0"
OCHRE = "#e2aa4f"
AMBER = "#f3cd7e"
BRICK = "#b4553c"
RUST = "#8a3c2c"
WOOD = "#8c6446"
OAK = "#5d4333"
MOSS = "#6f8257"
PINE = "#38533f"
STONE = "#8f918a"
SLATE = "#55666c"


def rgb(colour: str) -> tuple[int, int, int]:
    """Return red, green and blue, each 0 to 255, of ``#rrggbb``."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def mix(first: str, second: str, share: float) -> str:
    """Return the colour that lies ``share`` (0 to 1) of the way from ``first`` to ``second``."""
    pairs = zip(rgb(first), rgb(second), strict=True)
    red, green, blue = (round(a + (b - a) * share) for a, b in pairs)
    return f"#{red:02x}{green:02x}{blue:02x}"
