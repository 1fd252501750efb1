"""Branch coverage: which conditions and loops of a template were seen to go both ways."""

from isa_docs.documents.coverage import branches, merged, unexercised

from .word import document, fill, saved


def letter():
    return document(
        "{%p if counsel %}",
        "Counsel {{ 'x' if title else 'y' }}",
        "{%p elif officer %}",
        "Officer",
        "{%p endif %}",
        "{% for line in lines %}{{ line }} {% endfor %}",
        title="{% if counsel %}by counsel{% endif %}",
    )


def test_every_branch_is_listed():
    assert [(branch.part, branch.kind, branch.tag) for branch in branches(saved(letter()))] == [
        ("body", "if", "{% if counsel %}"),
        ("body", "inline if", "{{ 'x' if title else 'y' }}"),
        ("body", "if", "{% elif officer %}"),
        ("body", "for", "{% for line in lines %}"),
        ("document property title", "if", "{% if counsel %}"),
    ]


def test_what_was_not_exercised_is_told():
    counsel = fill(letter(), {"counsel": 1, "title": 1, "officer": None, "lines": ["a"]}).branches
    officer = fill(letter(), {"counsel": 0, "title": 1, "officer": 1, "lines": []}).branches
    left = unexercised(saved(letter()), merged([counsel, officer]))
    assert [(branch.tag, outcome) for branch, outcome in left] == [
        ("{{ 'x' if title else 'y' }}", False),
        ("{% elif officer %}", False),
    ]
