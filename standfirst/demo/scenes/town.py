"""Pictures of streets, squares and the people in them."""

from standfirst.demo.drawing import Point, Sheet, placed
from standfirst.demo.palette import (
    AMBER,
    BRICK,
    CREAM,
    DEEP,
    FOG,
    INK,
    MIST,
    MOSS,
    NIGHT,
    OAK,
    OCHRE,
    PINE,
    ROSE,
    RUST,
    SAND,
    SEA,
    SHALLOW,
    SLATE,
    STONE,
    WOOD,
    mix,
)

FRONTS = (ROSE, SAND, SHALLOW, OCHRE, MIST, BRICK, CREAM)
COAT_OUTLINE = ((-24, -46), (-23, -118), (-13, -148), (13, -148), (23, -118), (24, -46))
COATS = (BRICK, DEEP, OCHRE, PINE, RUST, SEA, INK)


def market(sheet: Sheet) -> None:
    """Market Street on a Saturday: awnings, crates and people, no cars."""
    sheet.wash("#a5c9c6", "#f7ecd6", (0, 0, 1600, 620))
    sheet.clouds((0, 40, 1600, 200), CREAM, 7, opacity=0.7)
    house_fronts(sheet, 640, (0, 1600))
    sheet.wash("#dccbaa", "#b79f7c", (0, 640, 1600, 1000))
    for row in range(9):
        y = 662 + row * row * 4 + row * 10
        sheet.line([(0, y), (1600, y)], OAK, 1 + row * 0.2, 0.14)
    bunting(sheet, 300)
    for x, y, size in ((250, 650, 0.75), (700, 655, 0.8), (930, 652, 0.75), (1330, 660, 0.8)):
        passer_by(sheet, (x, y + 40), size)
    for x, colour in ((90, BRICK), (560, SEA), (1090, OCHRE)):
        stall(sheet, x, 880, colour)
    for x, size in ((470, 1.25), (520, 1.0), (1010, 1.2), (1490, 1.3)):
        passer_by(sheet, (x, 940), size)


def house_fronts(sheet: Sheet, ground: float, across: tuple[float, float]) -> None:
    """Draw a row of narrow painted houses with their feet on ``ground``."""
    x, right = across
    number = 0
    while x < right:
        wide = sheet.chance.uniform(150, 215)
        tall = sheet.chance.uniform(300, 440)
        colour = mix(FRONTS[number % len(FRONTS)], CREAM, 0.25)
        top = ground - tall
        sheet.shape([(x, top + 4), (x + wide / 2, top - wide * 0.42), (x + wide, top + 4)], mix(colour, RUST, 0.12))
        sheet.box((x, top, x + wide, ground), colour)
        sheet.shape([(x - 4, top + 8), (x + wide / 2, top - wide * 0.46), (x + wide / 2, top - wide * 0.36)], RUST)
        sheet.shape(
            [(x + wide + 4, top + 8), (x + wide / 2, top - wide * 0.46), (x + wide / 2, top - wide * 0.36)], OAK
        )
        sheet.disc((x + wide / 2, top - wide * 0.08), 13, DEEP)
        for row in range(3):
            for column in (0.16, 0.43, 0.7):
                left, upper = x + wide * column, top + 34 + row * tall * 0.25
                sheet.box((left - 4, upper - 4, left + 30, upper + 52), CREAM)
                sheet.box((left, upper, left + 26, upper + 48), mix(DEEP, SHALLOW, sheet.chance.random()))
                sheet.box((left + 12, upper, left + 14, upper + 48), CREAM)
        sheet.box((x + 14, ground - 62, x + wide * 0.55, ground - 8), DEEP)
        sheet.box((x + wide * 0.66, ground - 78, x + wide * 0.86, ground), OAK)
        sheet.box((x + 6, ground - 80, x + wide * 0.6, ground - 66), mix(colour, NIGHT, 0.45))
        sheet.box((x + wide - 5, top + 6, x + wide, ground), NIGHT, 0.12)
        x += wide
        number += 1


def bunting(sheet: Sheet, height: float) -> None:
    """Hang a line of flags over the street."""
    previous = (0.0, height)
    for index in range(1, 41):
        x = index * 40.0
        y = height + 46 - 46 * ((x % 800) / 400 - 1) ** 2
        sheet.line([previous, (x, y)], OAK, 1.6)
        flag = [(x - 30, y - 1), (x - 6, y), (x - 18, y + 30)]
        sheet.shape(flag, COATS[index % 4 if index % 4 != 1 else 5])
        previous = (x, y)


def stall(sheet: Sheet, left: float, ground: float, colour: str) -> None:
    """Draw a market stall with a striped awning and full crates."""
    right = left + 400
    sheet.shape(
        [(left - 10, ground + 20), (right + 10, ground + 20), (right + 60, ground + 40), (left, ground + 40)], OAK, 0.3
    )
    sheet.boxes(((x, ground - 300, x + 9, ground + 10) for x in (left + 4, right - 13)), OAK)
    sheet.box((left + 12, ground - 220, right - 12, ground - 120), NIGHT, 0.2)
    passer_by(sheet, (left + 120, ground - 30), 1.2)
    sheet.box((left, ground - 128, right, ground - 112), WOOD)
    sheet.box((left + 8, ground - 112, right - 8, ground + 16), mix(WOOD, SAND, 0.35))
    for index in range(1, 8):
        sheet.line([(left + index * 50, ground - 110), (left + index * 50, ground + 14)], OAK, 2, 0.4)
    for crate in range(4):
        x = left + 10 + crate * 97
        fruit = (BRICK, MOSS, OCHRE, RUST, AMBER)[int(sheet.chance.random() * 5)]
        for row in range(3):
            for column in range(5 - row):
                tone = mix(fruit, CREAM, sheet.chance.uniform(0, 0.3))
                sheet.disc((x + 14 + column * 15 + row * 8, ground - 152 - row * 12), 10, tone)
        sheet.box((x, ground - 150, x + 88, ground - 124), OCHRE)
        sheet.box((x, ground - 139, x + 88, ground - 136), OAK, 0.5)
    stripes = 10
    step = (right - left + 60) / stripes
    for index in range(stripes):
        x = left - 30 + index * step
        tone = colour if index % 2 == 0 else CREAM
        inner = left + 10 + index * (right - left - 20) / stripes
        width = (right - left - 20) / stripes
        sheet.shape(
            [(inner, ground - 360), (inner + width, ground - 360), (x + step, ground - 274), (x, ground - 274)], tone
        )
        sheet.disc((x + step / 2, ground - 274), step / 2, tone, flat=0.7)


def passer_by(sheet: Sheet, feet: Point, size: float) -> None:
    """Draw somebody in a long coat, standing or walking."""
    x, y = feet
    coat = COATS[int(sheet.chance.random() * len(COATS))]
    skin = mix(WOOD, SAND, sheet.chance.random())
    stride = sheet.chance.uniform(4, 16) * size
    sheet.disc((x + 6 * size, y), 36 * size, NIGHT, 0.15, flat=0.18)
    for foot in (-stride, stride):
        sheet.line([(x, y - 62 * size), (x + foot, y)], NIGHT, 12 * size)
    sheet.curve(placed(COAT_OUTLINE, feet, size), coat)
    sheet.disc((x, y - 166 * size), 16 * size, skin)
    hair = (NIGHT, OAK, STONE, WOOD)[int(sheet.chance.random() * 4)]
    sheet.disc((x, y - 174 * size), 16 * size, hair, flat=0.6)
    if sheet.chance.random() < 0.45:
        sheet.box((x + 17 * size, y - 88 * size, x + 46 * size, y - 50 * size), SAND, round_by=3)
        sheet.arc(
            [(x + 20 * size, y - 88 * size), (x + 31 * size, y - 104 * size), (x + 43 * size, y - 88 * size)], SAND, 3
        )


def tram(sheet: Sheet) -> None:
    """Line 2 on the quay in the evening, lamps lit."""
    sheet.wash("#2f5f6b", "#edc096", (0, 0, 1600, 600))
    sheet.clouds((0, 60, 1600, 280), ROSE, 9, opacity=0.35)
    sheet.ridge(600, 190, mix(DEEP, ROSE, 0.35), fade=mix(SHALLOW, ROSE, 0.5))
    sheet.wash("#c99d78", "#5c7b7b", (0, 596, 1600, 720))
    sheet.ripples((0, 604, 1600, 720), CREAM, 70, length=90, opacity=0.4)
    for x, tall in ((140, 250), (260, 190), (1450, 280), (1340, 200)):
        sheet.line([(x, 720), (x, 720 - tall)], INK, 5)
        sheet.line([(x, 730 - tall), (x + 60, 690)], INK, 1.5)
        sheet.line([(x, 730 - tall), (x - 60, 690)], INK, 1.5)
    sheet.wash("#6d6a63", "#3c4a4d", (0, 716, 1600, 1000))
    sheet.box((0, 708, 1600, 722), SAND)
    for y, wide in ((868, 7), (900, 9)):
        sheet.line([(0, y), (1600, y)], MIST, wide, 0.75)
        sheet.line([(0, y + wide), (1600, y + wide)], NIGHT, 3, 0.5)
    sheet.line([(0, 214), (1600, 206)], NIGHT, 3)
    _tram_car(sheet)
    for x in (120, 1490):
        sheet.line([(x, 930), (x, 430)], NIGHT, 9)
        sheet.line([(x, 440), (x + 44, 428)], NIGHT, 6)
        sheet.glow((x + 48, 442), 150, AMBER, 0.75)
        sheet.disc((x + 48, 440), 14, CREAM)
    sheet.glow((800, 950), 700, AMBER, 0.3, flat=0.14)
    for x, size in ((250, 1.15), (318, 1.05), (1380, 1.15)):
        passer_by(sheet, (x, 950), size)


def _tram_car(sheet: Sheet) -> None:
    sheet.line([(760, 330), (820, 260), (770, 212)], NIGHT, 5)
    sheet.line([(700, 211), (840, 209)], NIGHT, 5)
    sheet.box((430, 340, 1200, 390), FOG, round_by=24)
    sheet.box((380, 370, 1250, 850), BRICK, round_by=34)
    sheet.box((380, 420, 1250, 640), CREAM)
    sheet.box((380, 640, 1250, 656), OCHRE)
    for index in range(6):
        left = 506 + index * 104
        sheet.box((left, 446, left + 88, 610), "#f6dca0", round_by=8)
        sheet.box((left, 560, left + 88, 610), OAK, 0.35)
        if index not in {1, 4}:
            tone = (DEEP, RUST, SEA, INK)[index % 4]
            sheet.disc((left + 44, 530), 17, mix(WOOD, SAND, 0.3 + index * 0.1))
            sheet.disc((left + 44, 521), 17, NIGHT, flat=0.55)
            sheet.shape([(left + 16, 610), (left + 26, 556), (left + 62, 556), (left + 72, 610)], tone)
    for left in (396, 1140):
        sheet.box((left, 440, left + 92, 826), RUST, round_by=6)
        sheet.boxes(((x, 456, x + 34, 700) for x in (left + 9, left + 50)), "#f6dca0")
    sheet.box((700, 382, 930, 414), NIGHT, round_by=4)
    for x in (728, 742, 756, 790, 806, 822, 838, 854, 870, 886):
        sheet.box((x, 390, x + 9, 406), AMBER)
    sheet.box((400, 850, 1230, 872), NIGHT)
    for x in (520, 620, 1010, 1110):
        sheet.disc((x, 872), 33, NIGHT)
        sheet.disc((x, 872), 13, SLATE)
    for x in (402, 1228):
        sheet.glow((x, 770), 120, CREAM, 0.85)
        sheet.disc((x, 770), 15, CREAM)


def bakery(sheet: Sheet) -> None:
    """The bakery's window before daybreak, the only light in the street."""
    sheet.wash("#0f2430", "#24424d")
    sheet.box((0, 0, 1600, 800), "#1c3640")
    for row in range(20):
        for column in range(15):
            x = column * 116 - (row % 2) * 58
            tone = mix("#1c3640", "#274753", sheet.chance.random())
            sheet.box((x, row * 40, x + 112, row * 40 + 37), tone)
    sheet.wash("#22363c", "#101d24", (0, 800, 1600, 1000))
    sheet.box((250, 110, 1350, 800), OAK)
    sheet.box((250, 110, 1350, 236), RUST)
    sheet.box((250, 228, 1350, 240), OCHRE)
    for index in range(9):
        sheet.disc((560 + index * 60, 172), 7, AMBER)
    sheet.wash("#f4cf86", "#e0a057", (300, 262, 980, 690))
    _shelves(sheet)
    sheet.boxes(((x, 262, x + 10, 690) for x in (300, 635, 972)), OAK)
    sheet.box((300, 690, 980, 800), mix(OAK, NIGHT, 0.25))
    sheet.boxes(((left, 712, left + 190, 780) for left in (326, 548, 770)), mix(OAK, WOOD, 0.4))
    sheet.box((1040, 262, 1300, 800), mix(OAK, NIGHT, 0.35))
    sheet.wash("#f1c67c", "#d9954e", (1074, 300, 1266, 600))
    sheet.box((1166, 300, 1174, 600), OAK)
    sheet.box((1110, 400, 1230, 452), CREAM, round_by=4)
    sheet.boxes(((1126, y, 1214, y + 5) for y in (414, 428)), RUST)
    sheet.disc((1246, 660), 10, OCHRE)
    sheet.beam([(300, 800), (980, 800), (1180, 1000), (80, 1000)], AMBER, 0.42, soft=10)
    sheet.beam([(1074, 800), (1266, 800), (1400, 1000), (1080, 1000)], AMBER, 0.3, soft=10)
    sheet.glow((640, 480), 620, AMBER, 0.28)
    for y in (834, 878, 936):
        sheet.line([(0, y), (1600, y)], NIGHT, 2, 0.35)


def _shelves(sheet: Sheet) -> None:
    baker = 640
    sheet.shape([(baker - 70, 690), (baker - 56, 470), (baker + 56, 470), (baker + 70, 690)], CREAM)
    sheet.disc((baker, 420), 38, mix(WOOD, SAND, 0.45))
    sheet.box((baker - 42, 356, baker + 42, 402), CREAM, round_by=14)
    sheet.line([(baker - 50, 490), (baker - 130, 590), (baker - 60, 620)], CREAM, 28)
    sheet.line([(baker + 50, 490), (baker + 130, 590), (baker + 60, 620)], CREAM, 28)
    for y in (380, 490):
        for left, right in ((312, 520), (772, 970)):
            sheet.box((left, y, right, y + 10), OAK)
            x = left + 34.0
            while x < right - 24:
                wide = sheet.chance.uniform(22, 38)
                sheet.disc((x, y - 12), wide, mix(WOOD, RUST, sheet.chance.random()), flat=0.6)
                sheet.line([(x - 8, y - 26), (x + 6, y - 12)], SAND, 3, 0.7)
                x += wide * 2 + 6
    sheet.box((312, 618, 970, 690), mix(WOOD, OAK, 0.3))
    for x in range(350, 960, 66):
        sheet.disc((x, 622), 36, mix(WOOD, OCHRE, sheet.chance.uniform(0.2, 0.8)), flat=0.55)
        for cut in (-14, 0, 14):
            sheet.line([(x + cut - 5, 608), (x + cut + 5, 622)], CREAM, 3, 0.75)


def gull_street(sheet: Sheet) -> None:
    """Shuttered shops, one of them being painted."""
    sheet.wash("#b7cbc7", "#f1e5cd", (0, 0, 1600, 400))
    tones = (STONE, mix(SHALLOW, STONE, 0.4), OCHRE, mix(ROSE, STONE, 0.4))
    for index, tone in enumerate(tones):
        left = index * 400
        sheet.box((left, 60, left + 400, 800), tone)
        for x in (left + 60, left + 240):
            sheet.box((x - 8, 132, x + 98, 318), CREAM)
            sheet.box((x, 140, x + 90, 310), mix(DEEP, SLATE, 0.5))
            sheet.box((x + 43, 140, x + 47, 310), CREAM)
        sheet.box((left + 16, 370, left + 384, 440), mix(tone, NIGHT, 0.55))
        open_shop = index == len(tones) - 2
        sheet.box((left + 30, 456, left + 260, 760), AMBER if open_shop else SLATE)
        if not open_shop:
            for y in range(468, 756, 16):
                sheet.line([(left + 30, y), (left + 260, y)], NIGHT, 3, 0.35)
        sheet.box((left + 284, 456, left + 372, 800), RUST if open_shop else OAK)
        sheet.box((left + 396, 60, left + 400, 800), NIGHT, 0.3)
    sheet.wash("#a9a296", "#77736a", (0, 800, 1600, 1000))
    sheet.box((0, 796, 1600, 812), SAND)
    for foot in (850, 1010):
        sheet.line([(foot, 900), (930 + (foot - 930) * 0.15, 380)], OAK, 11)
    for step in range(7):
        half = 70 - step * 9
        sheet.line([(930 - half, 850 - step * 68), (930 + half, 850 - step * 68)], OAK, 7)
    passer_by(sheet, (930, 660), 1.35)
    sheet.line([(948, 480), (1000, 420)], OAK, 6)
    sheet.box((986, 396, 1030, 424), BRICK)
    sheet.box((830, 370, 1000, 440), BRICK)
    passer_by(sheet, (440, 930), 1.4)


def ice_house(sheet: Sheet) -> None:
    """The old ice house at night, singing heard through its open door."""
    sheet.wash("#14303c", "#47727a", (0, 0, 1600, 700))
    for _ in range(60):
        star = (sheet.chance.uniform(0, 1600), sheet.chance.uniform(0, 420))
        sheet.disc(star, sheet.chance.uniform(0.8, 2.2), CREAM, sheet.chance.uniform(0.3, 0.9))
    sheet.disc((270, 190), 58, CREAM)
    sheet.disc((292, 178), 52, "#1f3f4b")
    sheet.ridge(700, 190, mix(DEEP, SHALLOW, 0.2))
    sheet.wash("#5a7a76", "#22414a", (0, 700, 1600, 1000))
    sheet.shape([(420, 780), (420, 430), (800, 230), (1180, 430), (1180, 780)], mix(SLATE, INK, 0.35))
    for row in range(11):
        for column in range(11):
            x, y = 424 + column * 70 - (row % 2) * 20, 436 + row * 31
            sheet.box((max(x, 420), y, min(x + 66, 1180), y + 27), mix(SLATE, INK, sheet.chance.uniform(0.2, 0.5)))
    sheet.shape([(390, 446), (800, 206), (1210, 446), (1196, 462), (800, 234), (404, 462)], NIGHT)
    sheet.disc((800, 350), 40, AMBER)
    sheet.boxes(((798, 310, 803, 390), (760, 348, 840, 353)), NIGHT)
    sheet.disc((800, 590), 130, AMBER)
    sheet.box((670, 590, 930, 780), AMBER)
    for row, y in enumerate((690, 740)):
        for column in range(6 - row):
            x = 702 + column * 40 + row * 20
            tone = COATS[(column + row * 3) % len(COATS)]
            sheet.shape([(x - 22, 780), (x - 17, y - 20), (x + 17, y - 20), (x + 22, 780)], mix(tone, NIGHT, 0.3))
            sheet.disc((x, y - 36), 15, mix(WOOD, SAND, sheet.chance.random()))
            sheet.box((x - 16, y + 2, x + 16, y + 24), CREAM)
    sheet.glow((800, 640), 420, AMBER, 0.4)
    sheet.beam([(670, 780), (930, 780), (1230, 1000), (370, 1000)], AMBER, 0.5, soft=14)
    for x in (300, 1310):
        sheet.curve([(x - 70, 790), (x - 50, 520), (x, 430), (x + 60, 540), (x + 70, 790)], mix(PINE, NIGHT, 0.5))
        sheet.box((x - 6, 700, x + 6, 800), NIGHT)
