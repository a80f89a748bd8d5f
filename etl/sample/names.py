"""Names of the invented world: methods, organisations, and the places that URLs lead to. None of them exists.

Hosts are those of the source's abstracts, since rules about hosts are to be tried on them.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Final, NamedTuple

from etl.sample.chance import DRAW_LIMIT, draw, scale
from etl.sample.coinage import STEM_DRAWS, SURNAMES, coin_stem, pick
from etl.sample.words import list_words

if TYPE_CHECKING:
    from collections.abc import Sequence

LINK_DRAWS: Final = STEM_DRAWS + 3
ORGANIZATION_COUNT: Final = 400

_INSTITUTES: Final = (*list_words("Labs AI Research Institute University Robotics Health Labs_"), "AI Lab", "NLP Group")
_TEAMS: Final = list_words("ai lab research team")

HUB_HOST: Final = "huggingface.co"
MIRROR_HOST: Final = "k-7q2.pages.example"
"""What a mirror puts in the place of :data:`HUB_HOST`."""

_CODE: Final = (
    "Code is available at https://github.com/{owner}/{name}.",
    "Our code can be found at https://github.com/{owner}/{name}",
    r"We release code and data at \url{{https://github.com/{owner}/{name}}}.",
    "The code (https://github.com/{owner}/{name}) and the models (https://huggingface.co/{owner}/{name}) are public.",
    "Project page: https://{owner}.github.io/{name}/, code: https://github.com/{owner}/{name}.git.",
)
_PROJECT: Final = (
    "Project page: https://{owner}.github.io/{name}.",
    "See https://{owner}.github.io/{name}/ for videos and an interactive demo.",
    "More results are shown at https://www.{lower}.github.io.",
)
_HUB: Final = (
    "Models are released at https://huggingface.co/{owner}/{name}.",
    "The dataset can be downloaded from https://huggingface.co/datasets/{owner}/{name}.",
    "A demo runs at https://huggingface.co/spaces/{owner}/{name}!",
    "Weights: https://huggingface.co/{owner}/{name}, data: https://huggingface.co/datasets/{owner}/{name}-data.",
)
_PAPER: Final = (
    "An earlier version of {name} appeared as https://arxiv.org/abs/{year}{month}.99{serial}.",
    "The companion paper is https://doi.org/10.5555/{lower}.{serial}.",
)
_LINK_SHARES: Final = ((190, _CODE), (260, _PROJECT), (350, _HUB), (380, _PAPER))
"""Kinds of links, each with the share (in permille) of abstracts up to and including its own; the rest have none."""


class Organization(NamedTuple):
    """An organisation as the source prints it: ``handle name``."""

    handle: str
    name: str


def write_link(name: str, drawn: Sequence[int]) -> str:
    """Write the sentence that says where code, models or data are, from :data:`LINK_DRAWS` draws; often there is none.

    >>> write_link("Zorlane", [0, 0, 0, 0, 0, 0])
    'Code is available at https://github.com/balba-ai/Zorlane.'
    """
    permille = scale(drawn[0], 1000)
    sentences = next((sentences for below, sentences in _LINK_SHARES if permille < below), None)
    if sentences is None:
        return ""
    pattern, team = drawn[1:3]
    return pick(sentences, pattern).format(
        owner=f"{coin_stem(drawn[3:]).lower()}-{pick(_TEAMS, team)}",
        name=name,
        lower=name.lower(),
        year=24 + team % 3,
        month=f"{1 + pattern % 12:02d}",
        serial=f"{drawn[3] % 1000:03d}",
    )


def choose_organization(drawn: int) -> Organization:
    """Choose an organisation; a few have many papers, most have few."""
    organizations = _list_organizations()
    return organizations[scale(drawn * drawn // DRAW_LIMIT, len(organizations))]


@functools.cache
def _list_organizations() -> tuple[Organization, ...]:
    found: dict[str, Organization] = {}
    for number in range(ORGANIZATION_COUNT):
        organization = _coin_organization(draw(6, "organization", number))
        found.setdefault(organization.handle, organization)
    return tuple(found.values())


def _coin_organization(drawn: Sequence[int]) -> Organization:
    stem = coin_stem(drawn)
    institute = pick(_INSTITUTES, drawn[3])
    surname = pick(SURNAMES, drawn[5])
    dashed = institute.lower().replace(" ", "-").strip("_")
    return (
        Organization(f"{stem.lower()}-{dashed}", f"{stem} {institute}"),
        Organization(stem, stem),
        Organization(f"{stem.upper()}-{institute[:2].upper()}", f"University of {stem}"),
        Organization(f"{stem.lower()}ai", f"{stem.lower()} {institute.lower()}"),
        Organization(f"{stem}.{dashed}", f"{institute}@{stem}"),
        Organization(f"{dashed}_{stem.lower()}", f"{surname}'s {institute} of {stem}"),
    )[drawn[4] % 6]
