"""Believable people, companies and addresses, drawn by a random generator that the seed made."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from random import Random


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FIRST_NAMES = _words("""
Adaeze Amara Anders Anika Arjun Astrid Beatriz Benedikt Bogdan Camille Carlos Chiara Claire Dario
Deniz Dieter Dunja Edith Eero Elif Emeka Erin Esther Fatima Felix Finn Florence Gabriel Georgia
Gideon Greta Hana Hannah Harriet Hugo Ibrahim Ines Ingrid Isaac Ivy Jonas Josephine Julien Kaito
Katarzyna Keiko Kwame Lars Leila Linnea Lucia Maeve Magnus Mariam Mateo Mei Milan Miriam Naomi
Nikhil Nora Oksana Oscar Owen Paloma Pavel Petra Quentin Rafael Ravi Rosalind Ruben Sanne Selma
Simone Soren Sunita Tamsin Tariq Theo Tomas Una Valentina Vera Viktor Wanda Wesley Xenia Yara Yusuf
Zora
""")
LAST_NAMES = _words("""
Abara Adeyemi Alvarez Andersson Bakker Banerjee Barlow Bergmann Bianchi Blackwood Boateng Brandt
Brennan Cardoso Castellano Chen Christou Dahl Delacroix Demir Donnelly Dubois Eriksen Fairweather
Farouk Fischer Fontaine Galloway Garcia Gupta Haddad Hartmann Hayashi Hoffman Holloway Ivanova
Jansen Jensen Kapoor Kaur Kowalski Kristensen Lachance Larsen Lefevre Lindgren Lopes Maguire Malik
Marchetti Mbeki Mendes Moreau Nakamura Novak Nwosu Okafor Olsen Ortega Osman Papadakis Pereira
Petrov Quinlan Rahman Rasmussen Reyes Rossi Sandoval Schreiber Sharma Silva Stanhope Sullivan Szabo
Takahashi Thornton Tran Ueda Vasquez Verhoeven Virtanen Wagner Weatherby Whitcombe Yamada Zielinski
""")
COMPANY_WORDS = _words("""
Alder Anchor Arbor Beacon Birchfield Bluecrest Bramble Cedar Cinder Copperline Coral Driftwood Ember
Fathom Fernhill Foxglove Granite Greyfriar Harbour Hawthorn Heron Ironbridge Juniper Kestrel Lantern
Larkspur Linden Maple Meridian Millbrook Northgate Oakhurst Orchard Pebble Pinecrest Quarry Redwing
Rowan Saltmarsh Sycamore Tamarisk Thistle Tidewater Umber Wexford Willow Yarrow
""")
COMPANY_TRADES = _words("""
Analytics Architects Bakery Biotech Capital Clinics Dental Engineering Foods Freight Games Hotels
Interiors Logistics Media Optics Outdoors Partners Pharmacy Press Robotics Studios Supply Textiles
Travel
""")
# city, state, country, postal code, dial code
PLACES = {
    "USD": (
        ("Portland", "OR", "USA", "97205", "1"),
        ("Austin", "TX", "USA", "78701", "1"),
        ("Chicago", "IL", "USA", "60607", "1"),
        ("Raleigh", "NC", "USA", "27601", "1"),
        ("Denver", "CO", "USA", "80202", "1"),
        ("Boston", "MA", "USA", "02110", "1"),
    ),
    "EUR": (
        ("Lyon", "Auvergne-Rhône-Alpes", "FRA", "69002", "33"),
        ("Hamburg", "Hamburg", "DEU", "20095", "49"),
        ("Utrecht", "Utrecht", "NLD", "3511 LX", "31"),
        ("Bologna", "Emilia-Romagna", "ITA", "40121", "39"),
        ("Valencia", "Valencia", "ESP", "46002", "34"),
        ("Cork", "Munster", "IRL", "T12 W8KP", "353"),
    ),
    "GBP": (
        ("Leeds", "West Yorkshire", "GBR", "LS1 4AB", "44"),
        ("Bristol", "Bristol", "GBR", "BS1 5TY", "44"),
        ("Glasgow", "Glasgow", "GBR", "G1 3SL", "44"),
        ("Norwich", "Norfolk", "GBR", "NR2 1TF", "44"),
    ),
    "JPY": (
        ("Osaka", "Osaka", "JPN", "530-0001", "81"),
        ("Fukuoka", "Fukuoka", "JPN", "810-0001", "81"),
        ("Sapporo", "Hokkaido", "JPN", "060-0001", "81"),
    ),
}
STREETS = (
    "Mill Lane",
    "Station Road",
    "Harbour Street",
    "Elm Avenue",
    "Market Square",
    "Canal Street",
    "Park Row",
)
CARD_TYPES = ("visa", "visa", "master", "american_express")


@dataclass(frozen=True)
class Party:
    """Who a customer is. A company stands in the two name fields as well: Billsby has no other."""

    first_name: str
    last_name: str
    email: str

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


def party(first_name: str, last_name: str, *, domain: str = "") -> Party:
    if domain:
        return Party(first_name, last_name, f"accounts@{domain}.example")
    mailbox = f"{_plain(first_name)}.{_plain(last_name)}"
    return Party(first_name, last_name, f"{mailbox}@mail.example")


class Population:
    """Draws parties; no name twice while the supply lasts."""

    def __init__(self, chance: Random, taken: set[str]) -> None:
        self._chance = chance
        self._taken = taken

    def person(self) -> Party:
        return self._fresh(lambda: party(self._chance.choice(FIRST_NAMES), self._chance.choice(LAST_NAMES)))

    def company(self) -> Party:
        return self._fresh(self._company)

    def _company(self) -> Party:
        word, trade = self._chance.choice(COMPANY_WORDS), self._chance.choice(COMPANY_TRADES)
        return party(word, trade, domain=_plain(f"{word}-{trade}"))

    def _fresh(self, draw: Callable[[], Party]) -> Party:
        for _attempt in range(50):
            drawn = draw()
            if drawn.name not in self._taken:
                break
        self._taken.add(drawn.name)
        return drawn


def address(chance: Random, currency: str) -> dict[str, str]:
    city, state, country, post_code, _dial = chance.choice(PLACES[currency])
    return {
        "addressLine1": f"{chance.randint(1, 180)} {chance.choice(STREETS)}",
        "addressLine2": "",
        "city": city,
        "country": country,
        "state": state,
        "postCode": post_code,
    }


def phone(chance: Random, currency: str, country: str) -> dict[str, str]:
    dial_code = next(place[4] for place in PLACES[currency] if place[2] == country)
    return {
        "phoneNumberDialCountry": country,
        "phoneNumberDialCode": dial_code,
        "phoneNumber": str(chance.randrange(10**9, 10**10)),
    }


def card(chance: Random, holder: Party, *, year: int, outcome: str) -> dict[str, object]:
    """A stored card. outcome: the ending of its token, which says how payments with it go."""
    return {
        "fullName": holder.name,
        "paymentCardToken": f"tok_{chance.randrange(16**8):08x}_{outcome}",
        "expiryMonth": chance.randint(1, 12),
        "expiryYear": year + chance.randint(1, 4),
        "cardType": chance.choice(CARD_TYPES),
        "last4Digits": f"{chance.randrange(10_000):04d}",
    }


def _plain(name: str) -> str:
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub("[^a-z0-9-]+", "", ascii_name)
