"""Pictures of rooms, tables and one face."""

from standfirst.demo.drawing import Point, Sheet
from standfirst.demo.palette import (
    AMBER,
    BRICK,
    CREAM,
    DEEP,
    FOG,
    INK,
    MIST,
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

SPINES = (BRICK, DEEP, OCHRE, PINE, RUST, SEA, SAND, SLATE, ROSE, INK)


def library(sheet: Sheet) -> None:
    """The reading room in the old customs house, sun through tall windows."""
    sheet.wash(mix(SAND, CREAM, 0.4), mix(SAND, WOOD, 0.25), (0, 0, 1600, 760))
    for x in (330, 680, 1030):
        sheet.disc((x + 120, 210), 124, OAK)
        sheet.box((x - 4, 210, x + 244, 620), OAK)
        sheet.disc((x + 120, 210), 112, MIST)
        sheet.wash(MIST, CREAM, (x + 8, 210, x + 232, 610))
        sheet.box((x + 8, 510, x + 232, 610), SHALLOW)
        sheet.line([(x + 150, 512), (x + 150, 420)], INK, 4)
        sheet.shape([(x + 154, 425), (x + 196, 500), (x + 154, 500)], CREAM)
        sheet.boxes(((x + 116, 98, x + 124, 610), (x + 8, 290, x + 232, 297), (x + 8, 430, x + 232, 437)), OAK)
    for left, right in ((0, 290), (1310, 1600)):
        bookcase(sheet, (left, 60, right, 780))
    sheet.wash(mix(WOOD, SAND, 0.3), mix(OAK, WOOD, 0.4), (0, 740, 1600, 1000))
    for x in range(-600, 2300, 150):
        sheet.line([(800 + (x - 800) * 0.55, 740), (x, 1000)], OAK, 2, 0.4)
    for x in (330, 680, 1030):
        shift = (x - 680) * 0.1
        sheet.beam(
            [(x + 10, 600), (x + 230, 600), (x + 130 + shift, 1000), (x - 240 + shift, 1000)], CREAM, 0.4, soft=7
        )
    sheet.box((420, 700, 1180, 730), RUST)
    sheet.boxes(((450, 730, 476, 930), (1124, 730, 1150, 930)), OAK)
    sheet.box((476, 730, 1124, 756), mix(OAK, NIGHT, 0.3))
    for x in (590, 1000):
        reading_lamp(sheet, (x, 700), 0.8)
    open_book(sheet, (795, 690), 1.0)
    for index in range(4):
        sheet.box((880 - index * 3, 676 - index * 18, 964 + index * 2, 692 - index * 18), SPINES[index])
    chair(sheet, 700, 960)
    chair(sheet, 880, 960)


def bookcase(sheet: Sheet, box: tuple[float, float, float, float]) -> None:
    """Draw a bookcase full of books that have been read."""
    left, top, right, bottom = box
    sheet.box(box, OAK)
    rows = 6
    tall = (bottom - top - 40) / rows
    for row in range(rows):
        floor = top + 24 + (row + 1) * tall - 12
        sheet.box((left + 14, top + 24 + row * tall, right - 14, floor), NIGHT, 0.45)
        x = left + 18
        while x < right - 40:
            wide = sheet.chance.uniform(12, 26)
            high = tall * sheet.chance.uniform(0.6, 0.84)
            tone = mix(SPINES[int(sheet.chance.random() * len(SPINES))], WOOD, 0.15)
            if sheet.chance.random() < 0.07:
                x += 22
                continue
            sheet.box((x, floor - high, x + wide, floor), tone)
            sheet.box((x + 2, floor - high * 0.8, x + wide - 2, floor - high * 0.8 + 5), CREAM, 0.6)
            sheet.box((x + wide - 2, floor - high, x + wide, floor), NIGHT, 0.3)
            x += wide + 1


def reading_lamp(sheet: Sheet, foot: Point, size: float) -> None:
    """Draw a brass lamp with a green shade, lit."""
    x, y = foot
    sheet.glow((x, y - 80 * size), 260 * size, AMBER, 0.55)
    sheet.disc((x, y - 4 * size), 44 * size, OCHRE, flat=0.22)
    sheet.box((x - 5 * size, y - 130 * size, x + 5 * size, y - 4 * size), OCHRE)
    sheet.shape(
        [
            (x - 40 * size, y - 170 * size),
            (x + 40 * size, y - 170 * size),
            (x + 84 * size, y - 118 * size),
            (x - 84 * size, y - 118 * size),
        ],
        PINE,
    )
    sheet.box((x - 84 * size, y - 120 * size, x + 84 * size, y - 110 * size), AMBER)


def open_book(sheet: Sheet, at: Point, size: float) -> None:
    """Draw a book that lies open."""
    x, y = at
    for side in (-1, 1):
        page = [(0, 0), (40, -16), (92, -10), (104, 10), (50, 4), (0, 14)]
        sheet.curve([(x + side * px * size, y + py * size) for px, py in page], CREAM)
        sheet.line([(x + side * 14 * size, y), (x + side * 84 * size, y - 2 * size)], STONE, 2)
    sheet.line([(x, y - 2 * size), (x, y + 14 * size)], OAK, 2)


def chair(sheet: Sheet, left: float, ground: float) -> None:
    """Draw a plain wooden chair from behind."""
    sheet.boxes(((left, ground - 300, left + 12, ground), (left + 98, ground - 300, left + 110, ground)), NIGHT)
    sheet.boxes(((left, ground - 294 + index * 44, left + 110, ground - 270 + index * 44) for index in range(3)), OAK)
    sheet.box((left - 8, ground - 150, left + 118, ground - 128), RUST)


def school_hall(sheet: Sheet) -> None:
    """An empty hall set for lessons, gymnastics and a concert at once."""
    sheet.wash(CREAM, mix(SAND, CREAM, 0.3), (0, 0, 1600, 640))
    for x in (70, 330, 1070, 1330):
        sheet.box((x - 8, 92, x + 208, 388), SLATE)
        sheet.wash(MIST, CREAM, (x, 100, x + 200, 380))
        sheet.boxes(((x + 97, 100, x + 103, 380), (x, 190, x + 200, 195), (x, 285, x + 200, 290)), SLATE)
    sheet.box((0, 430, 1600, 640), mix(SHALLOW, MIST, 0.4))
    sheet.box((0, 424, 1600, 434), SEA)
    sheet.box((560, 90, 1040, 600), DEEP)
    sheet.wash(RUST, BRICK, (580, 110, 1020, 560))
    for x in range(580, 1020, 30):
        sheet.shape([(x, 110), (x + 14, 110), (x + 10, 560), (x + 4, 560)], NIGHT, 0.18)
    sheet.shape([(580, 110), (700, 110), (640, 330), (596, 560), (580, 560)], mix(BRICK, ROSE, 0.3))
    sheet.shape([(1020, 110), (900, 110), (960, 330), (1004, 560), (1020, 560)], mix(BRICK, ROSE, 0.3))
    sheet.box((540, 560, 1060, 650), WOOD)
    sheet.box((540, 560, 1060, 572), OAK)
    sheet.wash("#d7a869", "#b07c4a", (0, 640, 1600, 1000))
    for x in range(-900, 2600, 110):
        sheet.line([(800 + (x - 800) * 0.45, 640), (x, 1000)], OAK, 1.6, 0.35)
    for x in (70, 330, 1070, 1330):
        lean = (x - 800) * 0.35
        sheet.beam([(x + 20, 660), (x + 180, 660), (x + 200 + lean, 960), (x - 40 + lean, 960)], CREAM, 0.3, soft=6)
    sheet.disc((800, 820), 300, CREAM, 0.75, flat=0.36)
    sheet.disc((800, 820), 291, "#c39058", flat=0.36)
    sheet.line([(0, 850), (1600, 850)], DEEP, 5, 0.7)
    sheet.line([(260, 1000), (470, 640)], BRICK, 5, 0.7)
    sheet.line([(1340, 1000), (1130, 640)], BRICK, 5, 0.7)
    for column in range(3):
        for row in range(2):
            desk(sheet, (130 + column * 170 - row * 60, 760 + row * 130), 0.8 + row * 0.25)
    piano(sheet)


def desk(sheet: Sheet, at: Point, size: float) -> None:
    """Draw a pupil's desk with a sheet of paper on it."""
    x, y = at
    sheet.shape([(x, y), (x + 110 * size, y), (x + 126 * size, y + 26 * size), (x - 16 * size, y + 26 * size)], SAND)
    sheet.box((x - 16 * size, y + 26 * size, x + 126 * size, y + 34 * size), WOOD)
    legs = ((-10, 34), (112, 34))
    sheet.boxes(((x + a * size, y + b * size, x + (a + 7) * size, y + (b + 60) * size) for a, b in legs), INK)
    sheet.shape([(x + 34 * size, y + 6 * size), (x + 70 * size, y + 6 * size), (x + 74 * size, y + 20 * size)], CREAM)


def piano(sheet: Sheet) -> None:
    """Draw the hall's upright piano."""
    sheet.box((1180, 560, 1480, 800), OAK, round_by=6)
    sheet.box((1180, 552, 1480, 572), NIGHT)
    sheet.box((1168, 668, 1492, 694), NIGHT)
    sheet.box((1190, 660, 1470, 672), CREAM)
    sheet.boxes(((x, 660, x + 6, 668) for x in range(1200, 1466, 18)), NIGHT)
    sheet.box((1280, 586, 1380, 648), CREAM)
    sheet.boxes(((1290, y, 1370, y + 2) for y in range(598, 646, 10)), STONE)
    sheet.boxes(((1192, 694, 1212, 806), (1448, 694, 1468, 806)), NIGHT)
    sheet.box((1270, 760, 1390, 778), RUST)
    sheet.boxes(((1280, 778, 1290, 850), (1370, 778, 1380, 850)), NIGHT)


def council_chamber(sheet: Sheet) -> None:
    """The council chamber before a meeting: nineteen chairs and a model of a ship."""
    sheet.wash("#3b2c25", "#6b4f3c", (0, 0, 1600, 600))
    for x in range(0, 1600, 160):
        sheet.box((x + 14, 60, x + 146, 560), OAK)
        sheet.box((x + 26, 74, x + 134, 546), mix(OAK, WOOD, 0.35))
    sheet.box((0, 576, 1600, 600), NIGHT, 0.5)
    sheet.disc((800, 250), 176, OCHRE)
    sheet.disc((800, 250), 162, DEEP)
    sheet.box((640, 262, 960, 268), SHALLOW)
    hull = [(690, 262), (712, 304), (884, 304), (914, 258), (860, 270)]
    sheet.shape(hull, CREAM)
    sheet.boxes(((746, 130, 751, 264), (812, 112, 817, 264), (866, 150, 870, 264)), CREAM)
    for x, top in ((748, 136), (814, 118), (868, 156)):
        for index in range(3):
            y = top + index * 42
            sheet.shape([(x - 24 - index * 5, y + 34), (x - 20, y), (x + 22, y), (x + 28 + index * 5, y + 34)], SAND)
    for x in (230, 1370):
        sheet.glow((x, 250), 330, AMBER, 0.6)
        sheet.box((x - 5, 190, x + 5, 330), OCHRE)
        sheet.shape([(x - 30, 190), (x + 30, 190), (x + 46, 250), (x - 46, 250)], AMBER)
    sheet.wash("#7d3527", "#4f2219", (0, 600, 1600, 1000))
    _horseshoe(sheet)


def _horseshoe(sheet: Sheet) -> None:
    for index in range(7):
        x = 500 + index * 100
        sheet.box((x - 32, 500 - (24 if index == 3 else 0), x + 32, 640), RUST, round_by=14)
        sheet.box((x - 22, 512 - (24 if index == 3 else 0), x + 22, 600), BRICK, round_by=10)
    sheet.shape([(420, 620), (1180, 620), (1220, 664), (380, 664)], mix(WOOD, SAND, 0.3))
    sheet.box((380, 664, 1220, 760), OAK)
    for index in range(7):
        x = 500 + index * 100
        sheet.shape([(x - 26, 630), (x + 14, 630), (x + 18, 652), (x - 28, 652)], CREAM)
        sheet.line([(x + 30, 648), (x + 38, 618)], NIGHT, 3)
        sheet.disc((x + 39, 616), 5, NIGHT)
    for side in (-1, 1):
        for row in range(3):
            y = 716 + row * 96
            x = 800 + side * (520 + row * 62)
            sheet.box((x - 44, y - 96, x + 44, y + 40), RUST, round_by=16)
            sheet.box((x - 32, y - 84, x + 32, y + 10), BRICK, round_by=12)
        near, far = 800 + side * 690, 800 + side * 470
        inner = 800 + side * 400
        sheet.shape([(inner, 690), (far, 690), (near, 990), (near - side * 120, 1000)], mix(WOOD, SAND, 0.3))
        sheet.shape([(inner, 690), (near - side * 120, 1000), (near - side * 150, 1000), (inner - side * 8, 760)], OAK)
    sheet.glow((800, 900), 460, AMBER, 0.25, flat=0.4)


def lamp_and_proofs(sheet: Sheet) -> None:
    """A desk at night: proofs, a mug, a lamp, the harbour's lights outside."""
    sheet.wash("#0f2631", "#1d4450", (0, 0, 1600, 680))
    sheet.box((760, 60, 1480, 560), NIGHT)
    sheet.wash("#16333f", "#3d6c74", (780, 80, 1460, 540))
    sheet.box((780, 430, 1460, 540), DEEP)
    for _ in range(46):
        x, y = sheet.chance.uniform(800, 1440), sheet.chance.uniform(384, 428)
        sheet.disc((x, y), sheet.chance.uniform(1.5, 4), AMBER, sheet.chance.uniform(0.5, 1))
        sheet.line([(x, 436), (x, 436 + sheet.chance.uniform(20, 80))], AMBER, 2, 0.25)
    sheet.boxes(((1112, 80, 1126, 540), (780, 300, 1460, 312)), NIGHT)
    sheet.wash("#7b4f38", "#452c22", (0, 680, 1600, 1000))
    sheet.box((0, 674, 1600, 686), WOOD)
    sheet.glow((470, 760), 760, AMBER, 0.5, flat=0.42)
    sheet.line([(250, 740), (330, 480), (520, 400)], OCHRE, 13)
    sheet.disc((250, 748), 92, OCHRE, flat=0.25)
    sheet.disc((330, 480), 15, RUST)
    sheet.shape([(470, 366), (560, 336), (676, 476), (486, 540)], PINE)
    sheet.shape([(486, 540), (676, 476), (668, 492), (498, 552)], CREAM)
    sheet.beam([(500, 545), (665, 490), (1130, 860), (300, 900)], AMBER, 0.4, soft=16)
    for dx, dy, tone in ((60, 18, FOG), (24, 8, SAND), (0, 0, CREAM)):
        corners = [(430 + dx, 760 + dy), (900 + dx, 724 + dy), (1040 + dx, 880 + dy), (470 + dx, 940 + dy)]
        sheet.shape(corners, tone)
    sheet.shape([(474, 790), (872, 756), (888, 776), (478, 812)], INK)
    for row in range(6):
        y = 830 + row * 16
        for column in range(3):
            x = 490 + column * (136 + row * 5)
            sheet.line([(x + row * 4, y - column * 12), (x + 112 + row * 6, y - 10 - column * 12)], STONE, 3)
    sheet.arc([(640, 800), (700, 840), (760, 810), (820, 850), (890, 830)], BRICK, 5)
    sheet.line([(930, 930), (1090, 830)], BRICK, 12)
    sheet.shape([(930, 930), (944, 936), (914, 944)], SAND)
    sheet.disc((1270, 890), 84, NIGHT, 0.35, flat=0.3)
    sheet.box((1196, 760, 1330, 890), SHALLOW, round_by=18)
    sheet.arc([(1326, 790), (1390, 800), (1384, 850), (1326, 862)], SHALLOW, 16)
    sheet.disc((1263, 764), 66, OAK, flat=0.22)
    for x in (1236, 1276):
        sheet.arc([(x, 740), (x + 16, 700), (x - 8, 664), (x + 12, 620)], CREAM, 5, 0.25)


def index_cards(sheet: Sheet) -> None:
    """The last drawer of the library's card catalogue."""
    sheet.wash(mix(OAK, NIGHT, 0.2), mix(WOOD, OAK, 0.5))
    for row in range(3):
        for column in range(4):
            x, y = 40 + column * 390, 30 + row * 250
            if row == 1 and column in {1, 2}:
                continue
            sheet.box((x, y, x + 360, y + 220), mix(WOOD, OAK, 0.3), round_by=8)
            sheet.box((x + 10, y + 10, x + 350, y + 210), mix(WOOD, SAND, 0.15), round_by=6)
            sheet.box((x + 110, y + 50, x + 250, y + 110), CREAM)
            sheet.boxes(((x + 124, y + 66, x + 236, y + 70), (x + 124, y + 86, x + 200, y + 90)), OAK)
            sheet.disc((x + 180, y + 156), 20, OCHRE)
    sheet.box((400, 280, 1200, 520), NIGHT)
    sheet.shape([(400, 400), (1200, 400), (1330, 1000), (270, 1000)], mix(OAK, NIGHT, 0.35))
    for index in range(17):
        y = 400 + index * 26
        half = 340 + index * 6.5
        tone = mix(CREAM, SAND, sheet.chance.random())
        lift = sheet.chance.uniform(0, 16)
        sheet.shape(
            [(800 - half, y - 90 - lift), (800 + half, y - 90 - lift), (800 + half, y + 60), (800 - half, y + 60)],
            tone,
        )
        sheet.line([(800 - half, y - 90 - lift), (800 + half, y - 90 - lift)], WOOD, 2, 0.6)
        if index % 4 == 1:
            tab = 800 - half + 90 + (index * 97) % 480
            sheet.box((tab, y - 122 - lift, tab + 110, y - 88 - lift), (BRICK, SEA, OCHRE, PINE)[index % 3], round_by=6)
    sheet.boxes(((390, y, 1210, y + 4) for y in (790, 830, 866)), STONE, 0.8)
    sheet.box((390, 742, 760, 756), INK)
    sheet.line([(390, 904), (980, 904)], STONE, 4)
    sheet.shape([(250, 940), (1350, 940), (1370, 1000), (230, 1000)], WOOD)
    sheet.disc((800, 974), 24, OCHRE)


def loaves(sheet: Sheet) -> None:
    """Three loaves on a cloth."""
    sheet.wash("#c9d3c8", "#e9dcc3", (0, 0, 1600, 560))
    sheet.wash("#a67852", "#7d553b", (0, 560, 1600, 1000))
    sheet.box((0, 554, 1600, 566), SAND)
    sheet.shape([(180, 690), (1330, 640), (1500, 880), (300, 960)], CREAM)
    for index in range(4):
        sheet.line([(240 + index * 30, 720 + index * 60), (1370 + index * 34, 664 + index * 60)], SEA, 5, 0.6)
    for (x, y), wide, tone in (((560, 640), 260, WOOD), ((1050, 610), 220, OAK), ((830, 760), 300, OCHRE)):
        sheet.disc((x + 20, y + wide * 0.36), wide, NIGHT, 0.25, flat=0.22)
        sheet.disc((x, y), wide, mix(tone, OAK, 0.25), flat=0.5)
        sheet.disc((x - 12, y - 22), wide * 0.92, mix(tone, SAND, 0.25), flat=0.43)
        for cut in (-0.45, -0.1, 0.25):
            left = x + wide * cut
            sheet.curve(
                [(left, y - wide * 0.3), (left + 60, y - wide * 0.1), (left + 90, y + 20), (left + 40, y)], CREAM
            )
    for _ in range(220):
        crumb = (sheet.chance.gauss(820, 330), sheet.chance.gauss(850, 50))
        sheet.disc(crumb, sheet.chance.uniform(1, 3.5), CREAM, 0.6)


def two_herring(sheet: Sheet) -> None:
    """Two herring on a blue plate with a lemon."""
    sheet.wash("#d9cbb0", "#c4ae8a")
    for y in range(60, 1000, 118):
        sheet.line([(0, y), (1600, y - 30)], WOOD, 3, 0.25)
    sheet.disc((820, 540), 610, NIGHT, 0.22, flat=0.62)
    sheet.disc((800, 510), 600, SEA, flat=0.62)
    sheet.disc((800, 510), 570, SHALLOW, flat=0.62)
    sheet.disc((800, 506), 480, FOG, flat=0.62)
    for dy, tone in ((-60, DEEP), (110, SLATE)):
        y = 480 + dy
        body = [(440, y), (560, y - 66), (800, y - 84), (1010, y - 36), (1100, y - 6), (1010, y + 34), (800, y + 66)]
        sheet.curve([*body, (560, y + 52)], MIST)
        sheet.curve([(446, y - 8), (560, y - 66), (800, y - 84), (1010, y - 36), (1096, y - 8), (800, y - 22)], tone)
        sheet.shape([(1080, y - 6), (1190, y - 66), (1160, y - 4), (1196, y + 50)], tone)
        sheet.shape([(780, y - 84), (850, y - 126), (880, y - 74)], tone)
        sheet.disc((512, y - 10), 15, CREAM)
        sheet.disc((510, y - 10), 8, NIGHT)
        sheet.arc([(566, y - 58), (590, y), (566, y + 46)], tone, 4)
        for index in range(11):
            sheet.arc([(640 + index * 32, y - 16), (652 + index * 32, y), (640 + index * 32, y + 16)], STONE, 2)
    sheet.disc((1090, 760), 74, OCHRE, flat=0.8)
    sheet.disc((1090, 752), 62, AMBER, flat=0.8)
    for tip in ((1090, 706), (1138, 730), (1134, 786), (1090, 800), (1046, 786), (1042, 730)):
        sheet.line([(1090, 752), tip], CREAM, 4)


def portrait(sheet: Sheet) -> None:
    """The editor, in her office, as our illustrator sees her."""
    sheet.wash(mix(SHALLOW, MIST, 0.3), mix(SAND, MIST, 0.3))
    sheet.box((700, 120, 1110, 720), DEEP)
    sheet.wash(SAND, mix(OCHRE, SAND, 0.5), (716, 136, 1094, 704))
    sheet.boxes(((900, 136, 910, 704), (716, 410, 1094, 420)), DEEP)
    for y in (250, 460, 670):
        sheet.box((0, y, 330, y + 16), OAK)
        for x in range(10, 310, 24):
            tall = sheet.chance.uniform(90, 160)
            sheet.box((x, y - tall, x + 22, y), mix(SPINES[x // 24 % len(SPINES)], MIST, 0.35))
    sheet.curve([(120, 1300), (190, 1010), (390, 900), (600, 870), (810, 900), (1010, 1010), (1080, 1300)], DEEP)
    sheet.shape([(510, 800), (690, 800), (700, 930), (600, 1010), (500, 930)], mix(WOOD, SAND, 0.45))
    sheet.shape([(440, 892), (520, 850), (600, 1010), (560, 1080)], CREAM)
    sheet.shape([(760, 892), (680, 850), (600, 1010), (640, 1080)], CREAM)
    hair = mix(STONE, CREAM, 0.25)
    sheet.curve([(340, 620), (360, 360), (600, 240), (840, 360), (860, 620), (800, 760), (600, 560), (400, 760)], hair)
    face = [(404, 520), (440, 380), (600, 330), (760, 380), (796, 520), (770, 700), (690, 810), (600, 840)]
    sheet.curve([*face, (510, 810), (430, 700)], mix(WOOD, SAND, 0.62))
    sheet.curve([(600, 340), (760, 390), (796, 520), (770, 700), (690, 810), (600, 840), (690, 640)], WOOD, 0.16)
    sheet.curve([(380, 560), (400, 380), (600, 280), (820, 380), (830, 560), (720, 420), (560, 400)], hair)
    for x in (505, 695):
        sheet.disc((x, 560), 66, CREAM, 0.35)
        sheet.disc((x, 562), 24, CREAM, flat=0.55)
        sheet.disc((x, 562), 12, NIGHT)
        sheet.arc([(x - 30, 560), (x, 544), (x + 30, 560)], OAK, 6)
        sheet.ring((x, 560), 66, NIGHT, 7)
        sheet.arc([(x - 52, 470), (x, 452), (x + 52, 472)], mix(STONE, NIGHT, 0.4), 9)
    sheet.line([(571, 552), (629, 552)], NIGHT, 8)
    sheet.arc([(600, 580), (622, 660), (590, 674)], RUST, 7, 0.7)
    sheet.arc([(534, 736), (572, 754), (632, 754), (676, 730)], RUST, 8)


def hundred_coins(sheet: Sheet) -> None:
    """A hundred coins in seven stacks on a kitchen table."""
    sheet.wash("#d5ddd0", "#ecdfc6", (0, 0, 1600, 620))
    sheet.box((1120, 70, 1500, 470), CREAM)
    sheet.wash(MIST, FOG, (1140, 90, 1480, 450))
    sheet.boxes(((1304, 90, 1316, 450), (1140, 260, 1480, 270)), CREAM)
    sheet.wash("#a9764f", "#7a5138", (0, 620, 1600, 1000))
    sheet.box((0, 612, 1600, 628), mix(WOOD, SAND, 0.4))
    for y in (700, 790, 900):
        sheet.line([(0, y), (1600, y - 8)], OAK, 3, 0.25)
    sheet.beam([(1140, 640), (1460, 640), (1180, 1000), (560, 1000)], CREAM, 0.28, soft=10)
    for place, coins in enumerate((31, 22, 14, 11, 10, 7, 5)):
        _stack(sheet, (190 + place * 202, 850 + (place % 2) * 40), coins)


def _stack(sheet: Sheet, foot: Point, coins: int) -> None:
    x, y = foot
    sheet.disc((x - 34, y + 10), 104, NIGHT, 0.25, flat=0.3)
    for coin in range(coins):
        shift = sheet.chance.uniform(-4, 4)
        tone = mix(OCHRE, BRICK, sheet.chance.uniform(0.05, 0.35))
        top = y - coin * 17
        sheet.disc((x + shift, top), 74, mix(tone, OAK, 0.55), flat=0.34)
        sheet.disc((x + shift, top - 12), 74, tone, flat=0.34)
    top = y - (coins - 1) * 17 - 12
    sheet.disc((x, top), 56, AMBER, flat=0.34)
    sheet.disc((x, top), 44, OCHRE, flat=0.34)
