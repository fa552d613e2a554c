"""Questions that tests put to eligibility checks, and what they look for in the answers."""

from tests.story import push

DAY = "2018-03-05"
PATH = "/v1/loans/eligibility-checks"


def asking(person, **fields):
    """A question: 10,000.00 yuan for a year of planting on 5 March 2018."""
    return {
        "name": person.name,
        "id_number": person.id_number,
        "amount": "10000.00",
        "term_months": 12,
        "kind": "NEW",
        "purpose": "PLANTING",
        "wish_signed_on": "2016-12-05",
        "attested": ["LOAN-05", "LOAN-15", "LOAN-16", "LOAN-17"],
        "as_of": DAY,
    } | fields


def rate(bank, *people):
    """The bank rates people for 50,000.00 yuan, long before."""
    rating = {"grade": "AA", "limit": "50000.00", "rated_on": "2016-12-05", "bad_record": False}
    push(bank, "ratings", *[{"id_number": person.id_number, **rating} for person in people])


def ask(visitor, person, **fields):
    """The answer to a question."""
    answer = visitor.post(PATH, json=asking(person, **fields))
    assert answer.status_code == 200, answer.text
    return answer.json()


def condition(answer, rule_id):
    [found] = [each for each in answer["conditions"] if each["rule_id"] == rule_id]
    return found


def unmet(answer):
    """What stands in the way: rule by verdict."""
    each = {each["rule_id"]: each["verdict"] for each in answer["conditions"]}
    return {rule_id: verdict for rule_id, verdict in each.items() if verdict != "met"}


def lacking(answer):
    """What is missing: rule by facts and declarations."""
    return {each["rule_id"]: each["missing"] for each in answer["conditions"] if each["missing"]}


def same_but_for_ids(answer):
    """An answer without what differs from check to check: ids and instants."""
    if isinstance(answer, dict):
        told = {name: same_but_for_ids(value) for name, value in answer.items()}
        return {name: value for name, value in told.items() if name not in _OWN}
    return [same_but_for_ids(each) for each in answer] if isinstance(answer, list) else answer


_OWN = ("check_id", "id", "line", "asked_at", "recorded_at", "person_ref", "reservation_id")
