"""Finds which time zone was meant when somebody wrote a name that does not exist."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Final
from zoneinfo import available_timezones

#: All of China keeps one time, and the IANA database names it after its largest city only.
_CHINA: Final = "Asia/Shanghai"
_CHINESE_CITIES: Final = {
    "beijing", "peking", "guangzhou", "canton", "shenzhen", "tianjin", "hangzhou", "nanjing",
    "suzhou", "wuxi", "ningbo", "wenzhou", "chengdu", "wuhan", "xian", "xi'an", "qingdao", "jinan",
    "dalian", "shenyang", "changchun", "zhengzhou", "changsha", "hefei", "fuzhou", "xiamen",
    "nanchang", "nanning", "guiyang", "kunming", "taiyuan", "shijiazhuang", "lanzhou", "haikou",
    "dongguan", "foshan", "zhuhai", "sanya",
}  # fmt: skip
_CHINA_ITSELF: Final = re.compile(
    r"(mainland[ _]?)?china([ _]standard)?([ _]time)?|cst|(北京|上海|中国)(标准)?(时间)?"
)
_OFFSET: Final = re.compile(r"(utc|gmt|z)?\s*[+-]\s*\d{1,2}(:?\d{2})?")
#: How many similar names are suggested.
_MOST: Final = 3


def zone_meant(name: str) -> str:
    """A clause that begins with `; `: which zone it should be, or where the names stand."""
    plain = name.strip().casefold()
    city = plain.rpartition("/")[2].replace("_", " ").replace(" ", "")
    if city in _CHINESE_CITIES:
        return f"; the zone of {city.capitalize()} is {_CHINA}"
    if _CHINA_ITSELF.fullmatch(plain.rpartition("/")[2]):
        return f"; the zone of China is {_CHINA}"
    if _OFFSET.fullmatch(plain):
        return f"; a zone is named by its place and not by its offset: {_CHINA} is +08:00"
    known = available_timezones()
    spelt = {zone.casefold(): zone for zone in known}
    cities = {
        zone.casefold().rpartition("/")[2].replace("_", ""): zone
        for zone in sorted(known)
        if "/" in zone
    }
    if exact := spelt.get(plain.replace(" ", "_")) or cities.get(city):
        return f"; did you mean {exact}?"
    near = [spelt[it] for it in get_close_matches(plain, list(spelt), n=_MOST, cutoff=0.6)]
    near += [cities[it] for it in get_close_matches(city, list(cities), n=1, cutoff=0.8)]
    told = list(dict.fromkeys(near))[:_MOST]
    if not told:
        return f"; the names are those of the IANA database, such as {_CHINA}"
    return f"; did you mean {' or '.join(told)}?"
