"""Pictures of the water and of what stands beside it."""

from standfirst.demo.drawing import Point, Sheet, placed, smooth
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


def harbour_at_dawn(sheet: Sheet) -> None:
    """Roofs and masts before the first sun, and its path on the water."""
    sheet.wash("#41737d", "#f3c79f", (0, 0, 1600, 470))
    sheet.wash("#f3c79f", "#f7dcb4", (0, 470, 1600, 600))
    sheet.glow((1080, 545), 620, AMBER, 0.75)
    sheet.disc((1080, 520), 62, CREAM)
    sheet.clouds((100, 120, 1500, 330), ROSE, 7, opacity=0.4)
    sheet.ridge(600, 190, mix(SHALLOW, ROSE, 0.45), fade=mix(ROSE, SAND, 0.5))
    sheet.ridge(600, 110, mix(SEA, ROSE, 0.25), pieces=7, fade=mix(SHALLOW, ROSE, 0.5))
    sheet.wash("#e8b98f", "#2c5d69", (0, 596, 1600, 1000))
    sheet.glitter(1080, 604, 980, 330, AMBER)
    sheet.ripples((0, 610, 1600, 1000), CREAM, 90, opacity=0.25)
    sheet.ripples((0, 700, 1600, 1000), INK, 120, length=190, opacity=0.3)
    _quay_row(sheet, 600)
    for x, y, size in ((860, 700, 0.8), (1270, 742, 1.0), (560, 800, 1.35)):
        moored_boat(sheet, (x, y), size, INK)
    sheet.gulls((700, 180, 1500, 420), INK, 9)


def _quay_row(sheet: Sheet, ground: float) -> None:
    x = -20.0
    while x < 640:
        wide = sheet.chance.uniform(58, 96)
        tall = sheet.chance.uniform(90, 190) * (1 - x / 1500)
        colour = mix(INK, DEEP, sheet.chance.random())
        gable = sheet.chance.uniform(24, 48)
        sheet.shape(
            [
                (x, ground),
                (x, ground - tall),
                (x + wide / 2, ground - tall - gable),
                (x + wide, ground - tall),
                (x + wide, ground),
            ],
            colour,
        )
        sheet.box((x + wide * 0.7, ground - tall - gable, x + wide * 0.82, ground - tall), colour)
        for row in range(int(tall // 42)):
            for column in (0.28, 0.64):
                if sheet.chance.random() < 0.4:
                    left, top = x + wide * column, ground - tall + 14 + row * 42
                    sheet.box((left, top, left + 9, top + 14), AMBER, 0.9)
        x += wide
    sheet.box((0, ground - 6, 700, ground + 26), NIGHT)
    sheet.boxes(((post, ground + 20, post + 9, ground + 64) for post in range(30, 690, 66)), NIGHT)
    sheet.box((0, ground + 26, 700, ground + 120), NIGHT, 0.22)


def moored_boat(sheet: Sheet, at: Point, size: float, colour: str) -> None:
    """Draw a small fishing boat seen from the side, its mirror image below."""
    x, y = at
    hull = [(-120, -34), (-96, 12), (80, 12), (128, -44), (60, -26), (-70, -24)]
    sheet.shape([(x + px * size, y + (24 - py * 0.5) * size) for px, py in hull], colour, 0.3)
    sheet.shape(placed(hull, at, size), colour)
    sheet.box((x - 62 * size, y - 74 * size, x + 4 * size, y - 24 * size), mix(colour, SEA, 0.25))
    sheet.box((x - 54 * size, y - 64 * size, x - 30 * size, y - 46 * size), AMBER, 0.9)
    sheet.line([(x + 34 * size, y - 26 * size), (x + 34 * size, y - 190 * size)], colour, 4 * size)
    sheet.line([(x + 34 * size, y - 186 * size), (x + 124 * size, y - 42 * size)], colour, 1.4 * size)
    sheet.line([(x + 34 * size, y - 186 * size), (x - 62 * size, y - 74 * size)], colour, 1.4 * size)
    sheet.line([(x + 34 * size, y - 90 * size), (x - 20 * size, y - 140 * size)], colour, 3 * size)


def lighthouse(sheet: Sheet) -> None:
    """The light on its rock at dusk, the beam over the strait."""
    sheet.wash("#16333f", "#5f8f93", (0, 0, 1600, 420))
    sheet.wash("#5f8f93", "#e9c39c", (0, 420, 1600, 660))
    for _ in range(70):
        star = (sheet.chance.uniform(0, 1600), sheet.chance.uniform(0, 330))
        sheet.disc(star, sheet.chance.uniform(0.8, 2.2), CREAM, sheet.chance.uniform(0.3, 0.9))
    sheet.beam([(1090, 262), (-60, 90), (-60, 360)], AMBER, 0.5, soft=10)
    sheet.beam([(1110, 262), (1700, 200), (1700, 330)], AMBER, 0.42, soft=10)
    sheet.ridge(665, 70, mix(SLATE, ROSE, 0.35), pieces=8)
    sheet.wash("#c9a88f", "#173845", (0, 660, 1600, 1000))
    sheet.ripples((0, 670, 1600, 1000), CREAM, 110, opacity=0.28)
    sheet.ripples((0, 720, 1600, 1000), NIGHT, 130, length=220, opacity=0.35)
    rock = [(760, 820), (830, 730), (900, 690), (985, 655), (1210, 650), (1290, 684), (1420, 720), (1560, 812)]
    sheet.shape([*rock, (1600, 880), (700, 880)], INK)
    sheet.shape([(985, 655), (1060, 700), (1010, 770), (900, 820), (760, 820), (830, 730), (900, 690)], DEEP, 0.8)
    sheet.shade([(1046, 660), (1066, 330), (1134, 330), (1154, 660)], CREAM, mix(SAND, SLATE, 0.35))
    for top in (400, 510, 606):
        left, right = 1066 - (top - 330) * 0.06, 1134 + (top - 330) * 0.06
        sheet.shape([(left, top), (right, top), (right + 3, top + 46), (left - 3, top + 46)], BRICK)
    sheet.shape([(1106, 330), (1134, 330), (1154, 660), (1106, 660)], NIGHT, 0.22)
    sheet.box((1050, 312, 1150, 332), NIGHT)
    sheet.box((1068, 240, 1132, 312), NIGHT)
    sheet.box((1076, 246, 1124, 306), AMBER)
    sheet.glow((1100, 274), 190, CREAM, 0.8)
    sheet.boxes(((x, 240, x + 3, 312) for x in (1084, 1099, 1114)), NIGHT)
    sheet.shape([(1058, 242), (1100, 196), (1142, 242)], RUST)
    sheet.line([(1100, 200), (1100, 170)], NIGHT, 4)
    _keepers_house(sheet)
    sheet.glitter(1090, 850, 1000, 190, AMBER)


def _keepers_house(sheet: Sheet) -> None:
    sheet.shape([(1196, 660), (1196, 600), (1226, 566), (1330, 566), (1362, 604), (1362, 690), (1240, 690)], SAND)
    sheet.shape([(1186, 604), (1222, 560), (1336, 560), (1372, 608)], RUST)
    sheet.box((1310, 532, 1326, 570), RUST)
    sheet.boxes(((x, 622, x + 20, 650) for x in (1222, 1268, 1316)), AMBER)


def ferry(sheet: Sheet) -> None:
    """The island ferry under way on a clear morning."""
    sheet.wash("#8fb9b9", "#f1e6cf", (0, 0, 1600, 560))
    sheet.clouds((0, 80, 1600, 330), CREAM, 10, opacity=0.6)
    sheet.ridge(560, 180, mix(SHALLOW, MIST, 0.55), fade=FOG)
    sheet.ridge(562, 80, mix(MOSS, MIST, 0.35), pieces=6, fade=mix(MOSS, FOG, 0.5))
    sheet.wash("#7fb0ad", "#1f525f", (0, 560, 1600, 1000))
    sheet.ripples((0, 570, 1600, 1000), CREAM, 140, opacity=0.35)
    sheet.ripples((0, 680, 1600, 1000), INK, 120, length=200, opacity=0.25)
    sheet.shape([(300, 745), (340, 610), (1290, 610), (1405, 582), (1330, 745)], INK)
    sheet.shape([(312, 705), (306, 725), (1338, 725), (1348, 700)], BRICK)
    sheet.shape([(340, 610), (345, 590), (1370, 590), (1405, 582), (1290, 612)], CREAM)
    sheet.box((400, 500, 1190, 592), CREAM)
    sheet.box((400, 574, 1190, 592), NIGHT, 0.12)
    sheet.boxes(((x, 524, x + 38, 556) for x in range(424, 1160, 58)), SEA)
    sheet.box((500, 420, 1090, 500), FOG)
    sheet.boxes(((x, 440, x + 30, 468) for x in range(522, 900, 52)), DEEP)
    sheet.shape([(940, 430), (1110, 430), (1128, 466), (940, 466)], DEEP)
    sheet.box((486, 410, 1110, 424), OCHRE)
    sheet.shape([(600, 412), (616, 300), (720, 300), (728, 412)], BRICK)
    sheet.shape([(614, 318), (616, 300), (720, 300), (721, 318)], INK)
    for index in range(6):
        sheet.disc((640 - index * 66, 270 - index * 15), 24 + index * 9, CREAM, 0.36 - index * 0.05, flat=0.55)
    sheet.line([(1020, 412), (1020, 270)], INK, 5)
    sheet.shape([(1020, 276), (1082, 292), (1020, 310)], OCHRE)
    sheet.line([(400, 486), (400, 470), (500, 470)], INK, 2)
    sheet.shape(smooth([(200, 752), (420, 726), (800, 744), (1150, 728), (1440, 700), (1500, 742), (1120, 778)]), CREAM)
    sheet.ripples((120, 752, 1520, 830), CREAM, 60, length=260, opacity=0.6)
    sheet.gulls((150, 120, 560, 400), INK, 7)


def storm(sheet: Sheet) -> None:
    """Seas breaking over the wall at night, one window lit."""
    sheet.wash("#1a2b34", "#62797b")
    for colour, opacity in (("#2a3f48", 0.7), ("#3d545a", 0.55), ("#1a2a33", 0.6)):
        sheet.clouds((-100, 20, 1700, 360), colour, 16, opacity=opacity)
    sheet.glow((420, 250), 420, "#b9c4b4", 0.35, flat=0.6)
    for base, colour in ((560, "#4d686d"), (640, "#3a5960"), (730, "#2a4a53")):
        swell(sheet, base, 60, colour)
    sheet.shape([(900, 1000), (930, 640), (1600, 560), (1600, 1000)], NIGHT)
    sheet.shape([(918, 660), (930, 626), (1600, 544), (1600, 584)], SLATE)
    sheet.shape([(1230, 600), (1230, 410), (1310, 340), (1400, 410), (1400, 578)], INK)
    sheet.shape([(1216, 416), (1310, 326), (1414, 416), (1400, 424), (1310, 346), (1230, 424)], NIGHT)
    sheet.box((1290, 452, 1334, 506), AMBER)
    sheet.glow((1312, 480), 170, AMBER, 0.5)
    sheet.boxes(((1310, 452, 1314, 506), (1290, 477, 1334, 481)), NIGHT)
    breaker(sheet)
    for base, colour in ((830, "#20404b"), (905, "#17323d")):
        swell(sheet, base, 80, colour)
    for _ in range(260):
        x, y = sheet.chance.uniform(-50, 1650), sheet.chance.uniform(-40, 900)
        long = sheet.chance.uniform(26, 64)
        sheet.line([(x, y), (x + long * 0.42, y + long)], FOG, 1.2, sheet.chance.uniform(0.12, 0.4))


def swell(sheet: Sheet, base: float, height: float, colour: str) -> None:
    """Draw one row of waves with crests of foam."""
    crests: list[Point] = []
    x = -120.0
    while x < 1760:
        wide = sheet.chance.uniform(170, 320)
        tall = height * sheet.chance.uniform(0.5, 1)
        crests += [(x, base), (x + wide * 0.45, base - tall * 0.7), (x + wide * 0.62, base - tall)]
        x += wide
    curve = smooth([*crests, (1800, base)])
    sheet.shape([*curve, (1800, 1000), (-120, 1000)], colour)
    sheet.line(curve, FOG, 3, 0.5)
    sheet.line([(px, py + 12) for px, py in curve], FOG, 1.4, 0.22)


def breaker(sheet: Sheet) -> None:
    """Draw the wave that has met the wall."""
    plume = [(760, 800), (800, 600), (850, 420), (905, 300), (930, 230), (972, 300), (1010, 260), (1040, 370)]
    plume += [(1100, 360), (1080, 470), (1150, 520), (1060, 640), (1000, 760), (900, 820)]
    sheet.curve(plume, MIST, 0.75)
    sheet.curve([(x * 0.86 + 130, y * 0.9 + 84) for x, y in plume], FOG, 0.85)
    sheet.curve([(x * 0.6 + 372, y * 0.62 + 286) for x, y in plume], CREAM, 0.9)
    for _ in range(170):
        x = sheet.chance.gauss(960, 130)
        y = sheet.chance.uniform(170, 640) + abs(x - 960) * 0.6
        sheet.disc((x, y), sheet.chance.uniform(1.5, 7), CREAM, sheet.chance.uniform(0.4, 0.95))


def sea_wall(sheet: Sheet) -> None:
    """The old wall in calm weather, with the marks of high water."""
    sheet.wash("#a8c8c6", "#f4ead6", (0, 0, 1600, 460))
    sheet.clouds((0, 60, 1600, 300), CREAM, 8, opacity=0.7)
    sheet.ridge(462, 90, mix(SHALLOW, MIST, 0.6), fade=FOG)
    sheet.wash("#86b3b0", "#2a606b", (0, 460, 1600, 1000))
    sheet.ripples((0, 466, 1100, 1000), CREAM, 120, opacity=0.35)
    face = [(700, 1000), (1010, 470), (1600, 470), (1600, 1000)]
    sheet.shade(face, "#b5ab97", "#6d675d")
    for row in range(10):
        y = 496 + row * row * 5 + row * 12
        left = 1010 - (y - 470) * 310 / 530
        sheet.line([(left, y), (1600, y)], OAK, 1 + row * 0.25, 0.4)
        for column in range(9):
            x = left + 40 + column * (70 + row * 9) + (row % 2) * 40
            sheet.line([(x, y), (x - 6 - row, y + 17 + row * 10)], OAK, 1 + row * 0.2, 0.3)
    sheet.shape([(996, 470), (1018, 436), (1600, 436), (1600, 478), (1006, 478)], SAND)
    sheet.shape([(996, 470), (1600, 470), (1600, 480), (1004, 480)], OAK, 0.35)
    sheet.shape([(752, 1000), (836, 770), (1600, 770), (1600, 1000)], PINE, 0.45)
    board = (1250, 520, 1316, 930)
    sheet.box(board, CREAM, round_by=4)
    for index in range(14):
        y = 540 + index * 27
        sheet.box((1250, y, 1250 + (40 if index % 3 == 0 else 22), y + 4), INK)
    sheet.box((1238, 585, 1328, 593), BRICK)
    sheet.box((1238, 668, 1328, 673), DEEP)
    walker(sheet, (1440, 436), 1.1, RUST)
    walker(sheet, (1482, 436), 0.9, DEEP)
    sheet.gulls((150, 120, 900, 360), INK, 8)


def walker(sheet: Sheet, feet: Point, size: float, coat: str) -> None:
    """Draw somebody who stands, seen from behind, above the point ``feet``."""
    x, y = feet
    sheet.boxes(((x - 9 * size, y - 34 * size, x - 2 * size, y), (x + 2 * size, y - 34 * size, x + 9 * size, y)), NIGHT)
    sheet.shape(
        [
            (x - 16 * size, y - 30 * size),
            (x - 11 * size, y - 78 * size),
            (x + 11 * size, y - 78 * size),
            (x + 16 * size, y - 30 * size),
        ],
        coat,
    )
    sheet.disc((x, y - 90 * size), 11 * size, mix(WOOD, SAND, 0.4))
    sheet.disc((x, y - 95 * size), 11 * size, mix(coat, NIGHT, 0.5), flat=0.62)


def herring_boats(sheet: Sheet) -> None:
    """Three boats coming home in line under a high sky."""
    sheet.wash("#d9b48a", "#f5e3bf", (0, 0, 1600, 520))
    sheet.glow((400, 470), 520, AMBER, 0.7)
    sheet.disc((400, 430), 50, CREAM)
    sheet.clouds((300, 90, 1700, 300), BRICK, 8, opacity=0.22)
    sheet.wash("#cf9f72", "#24515d", (0, 516, 1600, 1000))
    sheet.glitter(400, 522, 960, 260, AMBER)
    sheet.ripples((0, 530, 1600, 1000), CREAM, 90, opacity=0.25)
    sheet.ripples((0, 640, 1600, 1000), INK, 150, length=220, opacity=0.32)
    for at, size, colour in (((1270, 560), 0.6, DEEP), ((960, 640), 1.1, DEEP), ((520, 800), 2.0, INK)):
        trawler(sheet, at, size, colour)
    sheet.gulls((300, 300, 1200, 600), INK, 22)


def trawler(sheet: Sheet, at: Point, size: float, colour: str) -> None:
    """Draw a fishing boat under way to the left, gulls' favourite sight."""
    x, y = at
    hull = [(-170, -66), (-140, 6), (150, 6), (160, -34), (20, -28), (-90, -40)]
    sheet.shape([(x + px * size, y + (16 - py * 0.45) * size) for px, py in hull], NIGHT, 0.25)
    sheet.shape(placed(hull, at, size), colour)
    sheet.shape(placed([(-151, -16), (-140, 6), (150, 6), (153, -6)], at, size), RUST)
    sheet.box((x - 70 * size, y - 104 * size, x + 4 * size, y - 34 * size), CREAM)
    sheet.boxes(
        ((x + left * size, y - 92 * size, x + (left + 18) * size, y - 72 * size) for left in (-62, -38, -16)), INK
    )
    sheet.box((x - 80 * size, y - 112 * size, x + 12 * size, y - 102 * size), RUST)
    sheet.line([(x - 30 * size, y - 110 * size), (x - 30 * size, y - 210 * size)], colour, 5 * size)
    sheet.line([(x + 110 * size, y - 30 * size), (x + 110 * size, y - 170 * size)], colour, 5 * size)
    sheet.line([(x + 110 * size, y - 160 * size), (x + 10 * size, y - 60 * size)], colour, 2 * size)
    sheet.line([(x - 30 * size, y - 205 * size), (x + 110 * size, y - 165 * size)], colour, 1.4 * size)
    sheet.line([(x - 30 * size, y - 205 * size), (x - 168 * size, y - 66 * size)], colour, 1.4 * size)
    sheet.ripples((x - 190 * size, y, x + 230 * size, y + 26 * size), CREAM, 18, length=90 * size, opacity=0.7)


def fog_search(sheet: Sheet) -> None:
    """A rescue boat's light in fog."""
    sheet.wash("#9db3b1", "#d7ddd2")
    sheet.wash("#b9c8c2", "#5f8285", (0, 610, 1600, 1000))
    sheet.ripples((0, 620, 1600, 1000), CREAM, 130, length=200, opacity=0.25)
    sheet.ripples((0, 700, 1600, 1000), DEEP, 120, length=220, opacity=0.22)
    sheet.shape([(0, 640), (0, 480), (110, 430), (230, 470), (330, 560), (430, 640)], "#93aaa8", 0.6)
    sheet.beam([(880, 560), (1700, 420), (1700, 700)], CREAM, 0.75, soft=18)
    hull = [(560, 700), (520, 626), (900, 626), (950, 600), (900, 700)]
    sheet.shape([(x, 1400 - y) for x, y in hull], INK, 0.16)
    sheet.shape(hull, RUST)
    sheet.shape([(520, 626), (900, 626), (950, 600), (946, 616), (890, 644), (530, 644)], CREAM)
    sheet.shape([(610, 626), (630, 556), (800, 556), (836, 626)], DEEP)
    sheet.shape([(646, 568), (720, 568), (720, 600), (640, 600)], FOG)
    sheet.shape([(734, 568), (794, 568), (812, 600), (734, 600)], FOG)
    sheet.line([(700, 556), (700, 450)], INK, 5)
    sheet.line([(664, 480), (736, 480)], INK, 4)
    sheet.disc((878, 560), 15, CREAM)
    sheet.line([(878, 626), (878, 560)], INK, 5)
    sheet.glow((878, 560), 200, CREAM, 0.95)
    for y, strength in ((640, 0.55), (500, 0.4), (760, 0.35)):
        sheet.glow((300 + y * 0.4, y), 760, FOG, strength, flat=0.16)
        sheet.glow((1400 - y * 0.3, y + 40), 700, FOG, strength, flat=0.16)


def salt_pans(sheet: Sheet) -> None:
    """The path over the hill, the salt pans like mirrors below."""
    sheet.wash("#7fb0b4", "#f5e8cd", (0, 0, 1600, 470))
    sheet.clouds((0, 60, 1600, 300), CREAM, 11, opacity=0.65)
    sheet.wash("#6fa3a3", "#a5c6bc", (0, 430, 1600, 540))
    sheet.ridge(470, 100, mix(SHALLOW, MIST, 0.4), fade=mix(SHALLOW, FOG, 0.5))
    sheet.wash("#a9b18a", "#7f9161", (0, 520, 1600, 1000))
    for row, (top, bottom) in enumerate(((540, 566), (572, 606), (614, 660), (670, 732))):
        for column in range(6):
            left = 330 - row * 60 + column * (190 + row * 34)
            wide = 168 + row * 30
            slant = 22 + row * 6
            corners = [(left, top), (left + wide, top), (left + wide - slant, bottom), (left - slant, bottom)]
            sheet.shade(corners, mix(MIST, CREAM, 0.3), mix(ROSE, MIST, 0.25 * ((row + column) % 3)))
            sheet.line([*corners, corners[0]], WOOD, 1.5 + row * 0.6, 0.5)
    sheet.curve([(-200, 1100), (-60, 800), (200, 700), (480, 742), (760, 850), (1000, 930), (1250, 1100)], MOSS)
    sheet.curve([(600, 1200), (900, 900), (1180, 780), (1450, 720), (1760, 700), (1800, 1200)], PINE)
    path = [(1010, 1000), (1090, 900), (1240, 830), (1300, 780), (1420, 746), (1440, 728), (1390, 760), (1330, 800)]
    sheet.curve([*path, (1300, 860), (1190, 930), (1160, 1000)], SAND)
    for x, y, size in ((180, 716, 1.1), (260, 728, 0.8), (90, 742, 1.3), (1500, 720, 1.2), (1560, 716, 0.9)):
        sheet.box((x - 4 * size, y - 20, x + 4 * size, y + 24), OAK)
        sheet.curve([(x - 40 * size, y), (x, y - 130 * size), (x + 40 * size, y), (x, y + 14 * size)], PINE)
    walker(sheet, (1300, 800), 0.85, BRICK)


def slipway_after(sheet: Sheet) -> None:
    """The broken slipway on the morning after."""
    sheet.wash("#b8cac6", "#f2e5cc", (0, 0, 1600, 480))
    sheet.clouds((0, 60, 1600, 330), STONE, 12, opacity=0.28)
    sheet.wash("#8eb0aa", "#4c7b80", (0, 476, 1600, 1000))
    sheet.ripples((0, 480, 1600, 900), CREAM, 140, opacity=0.4)
    sheet.shape([(520, 1000), (900, 560), (1240, 560), (1600, 800), (1600, 1000)], STONE)
    sheet.shape([(520, 1000), (900, 560), (940, 560), (640, 1000)], SAND)
    for index in range(9):
        row = 580 + index * index * 6
        sheet.line([(900 - (row - 560) * 0.83, row), (1240 + (row - 560) * 1.4, row)], SLATE, 2 + index * 0.4, 0.5)
    hole = [(860, 760), (980, 700), (1090, 730), (1190, 700), (1250, 790), (1140, 850), (1010, 830), (920, 870)]
    sheet.shape(hole, DEEP)
    sheet.shape([(x + 8, y + 18) for x, y in hole], "#4c7b80")
    for _ in range(46):
        x, y = sheet.chance.uniform(620, 1500), sheet.chance.uniform(700, 980)
        wide, tall = sheet.chance.uniform(14, 60), sheet.chance.uniform(10, 30)
        tone = mix(STONE, SAND, sheet.chance.random())
        sheet.shape([(x, y), (x + wide, y - tall * 0.4), (x + wide * 1.2, y + tall * 0.6), (x + 6, y + tall)], tone)
        sheet.line([(x + 6, y + tall), (x + wide * 1.2, y + tall * 0.6)], OAK, 2, 0.5)
    sheet.shape([(1010, 676), (1250, 690), (1330, 640), (1040, 640)], NIGHT, 0.3)
    sheet.shape([(960, 560), (1010, 660), (1230, 676), (1330, 590), (1210, 574)], BRICK)
    sheet.shape([(960, 560), (1210, 574), (1330, 590), (1120, 604)], OAK)
    sheet.line([(1130, 590), (1200, 380)], OAK, 9)
    sheet.gulls((200, 120, 1100, 420), INK, 6)
