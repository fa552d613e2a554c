"""`jinqiao interest`: what a loan costs by a convention, with its working, without an exchange."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from jinqiao.installation import Failed
from kernel.problems import Invalid, faults

_WIDTH = 140
_EXTRAS = ("eligible_interest", "penalty_interest", "charged", "entitled", "refund")

Answer = dict[str, Any]


def add_to(root: typer.Typer) -> None:
    """Add `jinqiao interest`."""
    root.command(
        epilog="Example: jinqiao interest --principal 10000 --rate 0.0375 --method ITEM_YMD "
        "--start 2018-01-01 --end 2019-01-01. Or: jinqiao interest --from cases.json"
    )(interest)


def interest(
    from_: Annotated[
        Path | None,
        typer.Option("--from", exists=True, dir_okay=False, help="JSON: a case, or {cases: […]}."),
    ] = None,
    principal: Annotated[str | None, typer.Option(help="Yuan.")] = None,
    rate: Annotated[str | None, typer.Option(help="A fraction a year: 0.0435.")] = None,
    method: Annotated[str | None, typer.Option(help="Such as ITEM_YMD or ITEM_ACT360.")] = None,
    start: Annotated[str | None, typer.Option(help="The first day.")] = None,
    end: Annotated[str | None, typer.Option(help="The first day no longer counted.")] = None,
    rate_change: Annotated[
        list[str] | None, typer.Option(help="2018-07-01=0.0375; may be given several times.")
    ] = None,
    principal_change: Annotated[
        list[str] | None, typer.Option(help="2019-06-20=-20000; may be given several times.")
    ] = None,
    maturity: Annotated[str | None, typer.Option(help="For OVERDUE_SPLIT.")] = None,
    penalty_multiplier: Annotated[str | None, typer.Option(help="1.5: half as much again.")] = None,
    entitled_rate: Annotated[str | None, typer.Option(help="For REFUND_YMD.")] = None,
    subsidy_ratio: Annotated[str | None, typer.Option(help="For SUBSIDY_YMD: the share.")] = None,
    subsidy_cap: Annotated[str | None, typer.Option(help="Yuan that are eligible.")] = None,
    claimed: Annotated[str | None, typer.Option(help="Yuan that the bank claims.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")] = False,
) -> None:
    """Compute interest to the fen and show how it comes about.

    A file may hold many cases; each is compared with its expected_interest, if it states one, and
    the command ends with 1 if one differs.
    """
    if from_ is not None:
        cases = _cases(from_)
    else:
        subsidy = {"ratio": subsidy_ratio, "cap": subsidy_cap, "claimed": claimed}
        said = {
            "principal": principal,
            "annual_rate": rate,
            "method": method,
            "start": start,
            "end": end,
            "rate_changes": _dated(rate_change, "annual_rate"),
            "principal_changes": _dated(principal_change, "amount"),
            "maturity": maturity,
            "penalty_multiplier": penalty_multiplier,
            "entitled_rate": entitled_rate,
            "subsidy": _given(subsidy) or None,
        }
        cases = [_given(said)]
    answers = [_answer(case) for case in cases]
    if as_json:
        told = answers if from_ and len(answers) != 1 else answers[0]
        print(json.dumps(told, ensure_ascii=False, indent=1))
    elif len(answers) == 1:
        _show(answers[0])
    else:
        _show_all(cases, answers)
    if any(_differs(case, answer) for case, answer in zip(cases, answers, strict=True)):
        raise typer.Exit(1)


def _cases(file: Path) -> list[Any]:
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        raise Failed(f"{file} does not hold JSON.") from None
    found = told.get("cases", [told]) if isinstance(told, dict) else told
    if not isinstance(found, list) or not found:
        raise Failed(f"{file} holds neither a case nor a list of cases.")
    return found


def _dated(changes: list[str] | None, name: str) -> list[dict[str, str]]:
    pairs = [change.partition("=") for change in changes or ()]
    return [{"date": day, name: figure} for day, _, figure in pairs]


def _given(said: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if value is not None}


def _answer(case: Any) -> Answer:
    # A second's work, which other commands need not wait for.
    from services.loans.operations.quotes import quote_interest
    from services.loans.schemas.quotes import QuoteIn

    try:
        asked = QuoteIn.model_validate_json(json.dumps(case), strict=True)
        answer = quote_interest(asked)
    except ValidationError as failure:
        wrong = faults(failure.errors(include_url=False, include_context=False))
    except Invalid as problem:
        wrong = problem.errors
    else:
        return answer.model_dump(mode="json", by_alias=True, exclude_none=True)
    name = f"Case {case['id']}: " if isinstance(case, dict) and "id" in case else ""
    raise Failed(name + "; ".join(f"{each['pointer']}: {each['message']}" for each in wrong))


def _differs(case: Any, answer: Answer) -> bool:
    return bool(case.get("expected_interest", answer["interest"]) != answer["interest"])


def _show(answer: Answer) -> None:
    console = Console(width=_WIDTH)
    for step in answer["steps"]:
        console.print(f"{step['what']['zh']} {step['what']['en']} {step['from']} – {step['to']}")
        for line in answer["working"]:
            if line["step"] == step["step"]:
                console.print(f"  {line['formula']['zh']} = {line['amount']}")
        console.print(f"  四舍五入 to the fen: {step['amount']}")
    for name in _EXTRAS:
        if name in answer:
            console.print(f"{name}: {answer[name]}")
    for name, figure in answer.get("subsidy", {}).items():
        console.print(f"subsidy, {name}: {figure}" if name != "subsidy" else f"subsidy: {figure}")
    console.print(f"利息 Interest: {answer['interest']}")


def _show_all(cases: list[Any], answers: list[Answer]) -> None:
    table = Table("case", "method", "interest", "expected", "")
    for number, (case, answer) in enumerate(zip(cases, answers, strict=True), 1):
        expected = case.get("expected_interest", "")
        agrees = "differs" if _differs(case, answer) else "agrees" if expected else ""
        name = str(case.get("id", number))
        table.add_row(name, answer["method"], answer["interest"], expected, agrees)
    Console(width=_WIDTH).print(table)
