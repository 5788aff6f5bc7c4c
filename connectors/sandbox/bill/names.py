"""Made-up companies, people and places. All mail goes to reserved domains."""

import random
import re
from collections.abc import Iterator
from typing import Any


def _listed(text: str) -> list[str]:
    return [word.strip() for word in text.split(",")]


_FIRST = _listed("""
    Amber, Anchor, Aspen, Beacon, Birch, Bluebell, Bramble, Bridgewater, Cardinal, Cedar, Clearwater,
    Cobalt, Copper, Coral, Crescent, Driftwood, Elmwood, Ember, Fairfield, Fernhill, Fieldstone, Foxglove,
    Garnet, Glenmore, Granite, Greenway, Harborview, Hawthorn, Hazel, Highland, Hollis, Ironwood, Juniper,
    Kestrel, Kingfisher, Lakeside, Larkspur, Lantern, Linden, Maple, Marlow, Meadow, Millbrook, Northgate,
    Oakhurst, Orchard, Pinecrest, Quarry, Redwood, Riverside, Rowan, Saffron, Sandpiper, Silverton,
    Sparrow, Stonebridge, Summit, Sycamore, Tamarack, Thornbury, Tidewater, Umber, Valley, Wexford,
    Willow, Windmill, Wren, Yarrow
""")
_TRADES = _listed("""
    Analytics, Architects, Bakery, Books, Brewing, Ceramics, Chemicals, Clinics, Coffee, Consulting,
    Dental, Design, Electronics, Energy, Engineering, Fabrics, Farms, Films, Finance, Foods, Freight,
    Furniture, Games, Gardens, Health, Hotels, Imaging, Interiors, Kitchens, Laboratories, Learning,
    Lighting, Logistics, Marine, Media, Motors, Music, Networks, Optics, Outdoor, Packaging, Paper,
    Partners, Pharma, Photo, Plumbing, Press, Robotics, Security, Shipping, Software, Solar, Sports,
    Studios, Supply, Systems, Textiles, Timber, Tools, Toys, Travel, Ventures, Wines, Works
""")
_SUPPLIES = _listed("""
    Cleaning, Couriers, Hosting, Insurance, Legal, Office Supply, Printing, Recruiting, Security, Telecom,
    Catering, Translations, Accounting, Facilities, Advertising, Storage, Travel, Training, Repairs,
    Landscaping
""")
_ENDINGS = {"US": ("Inc.", "LLC", "Corp."), "GB": ("Ltd",), "DE": ("GmbH",), "NL": ("B.V.",), "IE": ("Ltd",)}
_GIVEN = _listed("""
    Ana, Ben, Carla, Daniel, Elena, Farid, Grace, Hugo, Ines, Jonas, Kira, Liam, Maya, Nils, Olga, Pavel,
    Rosa, Samuel, Tara, Umar, Vera, Wes, Yuki, Zoe
""")
_FAMILY = _listed("""
    Reyes, Novak, Okafor, Lindgren, Marsh, Patel, Duarte, Kowalski, Byrne, Fischer, Moreau, Tanaka, Silva,
    Haddad, Jensen, Whitfield, Costa, Bergman, Ali, Vance, Schmidt, Romero, Ito, Callahan
""")
_PLACES: dict[str, tuple[tuple[str, str | None, str], ...]] = {
    "US": (
        ("Oakland", "CA", "94607"),
        ("Denver", "CO", "80202"),
        ("Austin", "TX", "78701"),
        ("Columbus", "OH", "43215"),
        ("Portland", "OR", "97205"),
        ("Albany", "NY", "12207"),
    ),
    "GB": (("Bristol", None, "BS1 4DJ"), ("Leeds", None, "LS1 4AP"), ("Glasgow", None, "G1 3SL")),
    "DE": (("Hamburg", None, "20095"), ("Leipzig", None, "04109"), ("Köln", None, "50667")),
    "NL": (("Utrecht", None, "3511"), ("Rotterdam", None, "3011")),
    "IE": (("Cork", None, "T12"), ("Galway", None, "H91")),
}
_STREETS = (
    "Pier Road",
    "Market Street",
    "Mill Lane",
    "Station Road",
    "High Street",
    "Canal Walk",
    "Elm Avenue",
)


def company_names(chance: random.Random, *, supplies: bool = False) -> Iterator[str]:
    """Names without end and without repetition: all pairs of words first, then pairs with a number."""
    pairs = [(first, trade) for first in _FIRST for trade in (_SUPPLIES if supplies else _TRADES)]
    chance.shuffle(pairs)
    branch = 1
    while True:
        for first, trade in pairs:
            yield f"{first} {trade}" if branch == 1 else f"{first} {trade} {branch}"
        branch += 1


def person(chance: random.Random) -> dict[str, str]:
    return {"firstName": chance.choice(_GIVEN), "lastName": chance.choice(_FAMILY)}


def legal_name(chance: random.Random, name: str, country: str) -> str:
    return f"{name} {chance.choice(_ENDINGS[country])}"


def email(box: str, name: str) -> str:
    return f"{box}@{re.sub(r'[^a-z0-9]', '', name.lower())}.example"


def phone(chance: random.Random) -> str:
    return f"{chance.randint(201, 989)}55501{chance.randint(0, 99):02}"


def address(chance: random.Random, country: str) -> dict[str, Any]:
    city, state, code = chance.choice(_PLACES[country])
    return {
        "line1": f"{chance.randint(1, 240)} {chance.choice(_STREETS)}",
        "city": city,
        "stateOrProvince": state,
        "zipOrPostalCode": code,
        "country": country,
    }
