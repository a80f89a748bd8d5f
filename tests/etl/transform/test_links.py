from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from etl.transform.links import find_links
from schemas.codes import LINK_KINDS

SCHEMA = {"paper_id": pl.String, "position": pl.Int32, "url": pl.String, "host": pl.String, "kind": pl.String}


def find(abstract: str | None) -> pl.DataFrame:
    papers = pl.DataFrame(
        {"paper_id": ["p"], "abstract": [abstract]}, schema={"paper_id": pl.String, "abstract": pl.String}
    )
    return find_links(papers)


def list_urls(abstract: str) -> list[str]:
    return find(abstract)["url"].to_list()


def test_the_urls_of_every_paper_are_listed_in_their_order():
    papers = pl.DataFrame(
        {
            "paper_id": ["q", "p", "r"],
            "abstract": [
                "At https://b.example/2, https://a.example/1 and https://b.example/2.",
                "www.A.example/X here",
                None,
            ],
        }
    )
    expected = [
        ("p", 0, "www.A.example/X", "a.example", "other"),
        ("q", 0, "https://b.example/2", "b.example", "other"),
        ("q", 1, "https://a.example/1", "a.example", "other"),
        ("q", 2, "https://b.example/2", "b.example", "other"),
    ]
    assert_frame_equal(find_links(papers), pl.DataFrame(expected, schema=SCHEMA, orient="row"))


def test_the_order_holds_for_many_papers_with_many_urls():
    abstracts = [" ".join(f"https://a.example/{paper}/{number}" for number in range(30)) for paper in range(200)]
    links = find_links(pl.DataFrame({"paper_id": [f"{paper:03}" for paper in range(200)], "abstract": abstracts}))
    expected = [
        (f"{paper:03}", number, f"https://a.example/{paper}/{number}") for paper in range(200) for number in range(30)
    ]
    assert links.select("paper_id", "position", "url").rows() == expected


def test_no_urls_make_an_empty_table_of_the_same_form():
    assert_frame_equal(find("Ladders lean on walls."), pl.DataFrame(schema=SCHEMA))
    assert_frame_equal(find(None), pl.DataFrame(schema=SCHEMA))


@pytest.mark.parametrize(
    "sentence",
    [
        "See {}.",
        "See {}, or not",
        "See {}; {}: {}!",
        "Is it {}?",
        "Code ({}) and more",
        "Code (at {}).",
        "(Code: {}.)",
        "Code [{}] here",
        "[code]({})",
        "<{}>",
        '"{}"',
        "'{}'",
        "`{}`",
        "**{}**",
        "*{}* and ~~{}~~",
        r"\url{{{}}}",
        "{}\n\nNext paragraph",
        "see {}…",
        "see “{}”.",
        "see \u2018{}\u2019, then",
        "see «{}»",
        "见 {}。",
        "({}),",
    ],
)
@pytest.mark.parametrize("url", ["https://a.example/b/c", "https://a.example/b_(c)", "https://a.example/?q=1&r=2#s-3"])
def test_punctuation_around_a_url_is_no_part_of_it(sentence: str, url: str):
    assert list_urls(sentence.format(url, url, url)) == [url] * sentence.count("{}")


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://github.com/a/b", "github.com"),
        ("HTTPS://GitHub.com/A/B", "github.com"),
        ("http://www.a.example:8080/x", "a.example"),
        ("https://user:secret@a.example/x", "a.example"),
        ("www.a.example", "a.example"),
        ("github.com/a/b", "github.com"),
        ("huggingface.co/datasets/a/b", "huggingface.co"),
        ("https://a.example?x", "a.example"),
        ("https://sub.a.example#x", "sub.a.example"),
    ],
)
def test_the_host_is_in_lower_case_without_www_port_and_user(url: str, host: str):
    assert find(f"At {url}.").select("url", "host").rows() == [(url, host)]


@pytest.mark.parametrize(
    "text", ["http://", "https:// x", "www.", "see github.com", "a.example/x", "ftp://a.example", "https.//x"]
)
def test_what_leads_nowhere_is_no_link(text: str):
    assert list_urls(text) == []


@pytest.mark.parametrize("text", ["my-github.com/x", "notgithub.com/x", "x@github.com/y"])
def test_a_host_that_only_ends_like_a_known_one_is_not_it(text: str):
    assert list_urls(f"Mail {text} now") == []


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://github.com/a/b", "code"),
        ("https://gitlab.com/a/b", "code"),
        ("https://anonymous.4open.science/r/x", "code"),
        ("https://huggingface.co/a/b", "model"),
        ("https://www.huggingface.co/a/b", "model"),
        ("https://huggingface.co/a", "other"),
        ("https://huggingface.co/datasets/a/b", "dataset"),
        ("https://zenodo.org/records/1", "dataset"),
        ("https://huggingface.co/spaces/a/b", "demo"),
        ("https://a-b.hf.space", "demo"),
        ("https://colab.research.google.com/x", "demo"),
        ("https://huggingface.co/papers/2404.1", "paper"),
        ("https://arxiv.org/abs/2404.1", "paper"),
        ("https://doi.org/10.1/x", "paper"),
        ("https://huggingface.co/collections/a/b", "other"),
        ("https://huggingface.co/blog/a", "other"),
        ("https://a.github.io/b", "project"),
        ("https://a.github.io", "project"),
        ("https://a.pages.dev/b", "project"),
        ("https://github.com.evil.example/a/b", "other"),
        ("https://evil.example/github.com/a", "other"),
        ("https://a.example", "other"),
    ],
)
def test_the_kind_follows_from_host_and_path(url: str, kind: str):
    assert find(f"Go to {url}")["kind"].to_list() == [kind]


pieces = st.sampled_from(
    ("https://a.example/b", "www.b.example", "github.com/a/b", "(", ")", ".", ", ", " ", "“", "”", "\n\n", "é", "x")
)


@given(st.lists(pieces, max_size=12).map("".join) | st.text())
def test_any_text_gives_links_that_stand_in_it_in_order(abstract: str):
    links = find(abstract)
    assert links["position"].to_list() == list(range(links.height))
    place = 0
    for url, host, kind in links.select("url", "host", "kind").iter_rows():
        place = abstract.index(url, place) + len(url)
        assert host
        assert host == host.lower()
        assert kind in LINK_KINDS
        assert not any(map(str.isspace, url))
