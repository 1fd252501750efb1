"""Names of states and provinces, as prose has them, by the codes of addresses (USPS Publication 28; Canada Post)."""

from __future__ import annotations

_UNITED_STATES = """
AL Alabama|AK Alaska|AS American Samoa|AZ Arizona|AR Arkansas|CA California|CO Colorado|CT Connecticut|DE Delaware
DC D.C.|FL Florida|GA Georgia|GU Guam|HI Hawaii|ID Idaho|IL Illinois|IN Indiana|IA Iowa|KS Kansas|KY Kentucky
LA Louisiana|ME Maine|MD Maryland|MA Massachusetts|MI Michigan|MN Minnesota|MS Mississippi|MO Missouri|MT Montana
NE Nebraska|NV Nevada|NH New Hampshire|NJ New Jersey|NM New Mexico|NY New York|NC North Carolina|ND North Dakota
MP Northern Mariana Islands|OH Ohio|OK Oklahoma|OR Oregon|PA Pennsylvania|PR Puerto Rico|RI Rhode Island
SC South Carolina|SD South Dakota|TN Tennessee|TX Texas|UT Utah|VT Vermont|VI U.S. Virgin Islands|VA Virginia
WA Washington|WV West Virginia|WI Wisconsin|WY Wyoming
"""
_CANADA = """
AB Alberta|BC British Columbia|MB Manitoba|NB New Brunswick|NL Newfoundland and Labrador|NS Nova Scotia
NT Northwest Territories|NU Nunavut|ON Ontario|PE Prince Edward Island|QC Quebec|SK Saskatchewan|YT Yukon
"""


def _table(text: str) -> dict[str, str]:
    entries = (each.split(" ", 1) for line in text.split("\n") for each in line.split("|") if each)
    return dict(entries)


_NAMES = {"US": _table(_UNITED_STATES), "CA": _table(_CANADA)}


def region_name(region: str, country: str) -> str:
    """Return the name of a state or province; what is no code of that country is returned as it is."""
    return _NAMES.get(country, {}).get(region, region)
