"""Occurrences of series as python3-dateutil has them: JSON in (a list of cases), JSON out (their instants, milliseconds).

A case: zone (null: dates, which float), start (a wall, ISO), rule (RFC 5545), most, out and in (walls: taken out, put in)."""

import json
import sys
from datetime import datetime, timezone
from itertools import islice
from zoneinfo import ZoneInfo

from dateutil.rrule import rruleset, rrulestr


def expand(case):
    start = datetime.fromisoformat(case["start"])
    series = rruleset()
    # The first occurrences of the pattern, before anything is taken out or put in.
    walls = list(islice(rrulestr(case["rule"], dtstart=start), case["most"]))
    for wall in walls:
        series.rdate(wall)
    for wall in case["out"]:
        series.exdate(datetime.fromisoformat(wall))
    kept = list(series) + [datetime.fromisoformat(wall) for wall in case["in"]]
    zone = ZoneInfo(case["zone"]) if case["zone"] else timezone.utc
    return sorted(round(wall.replace(tzinfo=zone).timestamp() * 1000) for wall in kept)


json.dump([expand(case) for case in json.load(sys.stdin)], sys.stdout)
