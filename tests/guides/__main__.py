"""`make test-guides`: every guide, in both languages, followed in a new sandbox each."""

import sys
import tempfile
from pathlib import Path

from jinqiao.sandbox import fill
from jinqiao.throwaway import throwaway_exchange
from tests.guides.followed import follow
from tests.house.tree import ROOT

GUIDES = ("bank", "insurer", "poverty-office", "operator", "webhooks")


def main(names: list[str]) -> None:
    """Follow the guides, or those named; ends with 1 if something was otherwise."""
    pages = [f"{name}{language}.md" for name in names or GUIDES for language in ("", ".zh-CN")]
    failed = 0
    jinqiao = f"PYTHONPATH='{ROOT}' '{sys.executable}' -m jinqiao"
    with throwaway_exchange() as operator, tempfile.TemporaryDirectory() as scratch:
        fill(operator, Path(scratch) / "sandbox")
        (Path(scratch) / "examples").symlink_to(ROOT / "examples")
        for page in pages:
            address = str(operator.http.base_url).rstrip("/")
            faults = follow(ROOT / "docs/guides" / page, Path(scratch), address, jinqiao)
            print(page, "works as it says" if not faults else "\n".join(["FAILED", *faults]))
            failed += bool(faults)
    print(f"{len(pages) - failed} passed, {failed} failed")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main(sys.argv[1:])
