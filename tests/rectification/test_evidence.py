"""Evidence: files known by their bytes, kept under their hash, given back to who may see them."""

import io
import zipfile
from hashlib import sha256

import docx
import xlsxwriter

from tests.rectification.ledger import (
    ITEMS,
    PDF,
    Drain,
    Json,
    Visit,
    acts,
    proved,
    shown,
)
from tests.visitor import Visitor

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c626001000000ffff03000006000557bfabd40000000049454e44ae426082"
)
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")


def a_workbook() -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        book.add_worksheet().write(0, 0, "台账")
    return file.getvalue()


def a_document() -> bytes:
    file = io.BytesIO()
    docx.Document().save(file)
    return file.getvalue()


def an_item(visitor: Visitor) -> Json:
    said = {"category": 1, "source": "SELF_FOUND", "measure": "整改"}
    item: Json = visitor.post(ITEMS, json=said).json()
    return item


def test_a_clerks_file_comes_back_as_it_was(visit: Visit, sql: object) -> None:
    clerk = visit("poverty_office", kind="OFFICER")
    item = an_item(clerk)

    kept = proved(clerk, item, title="退款回单", file_name="../../回单 1.exe.pdf")
    again = proved(clerk, item, title="另一个名字")
    read = clerk.get(kept.headers["Location"])

    assert [kept.status_code, again.status_code] == [201, 200]
    assert again.json() == kept.json()
    assert kept.json()["sha256"] == sha256(PDF).hexdigest()
    assert kept.json()["file_name"] == "回单_1.exe.pdf"
    assert read.content == PDF
    assert read.headers["Content-Type"] == "application/pdf"
    assert read.headers["X-Content-Type-Options"] == "nosniff"
    assert read.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''%E5")
    assert clerk.get(f"{ITEMS}/{item['item_id']}/evidence").json() == [kept.json()]
    assert acts(shown(clerk, item)) == ["open", "evidence"]
    [stored] = sql("rectification", "select sealed from evidence")  # type: ignore[operator]
    assert PDF[:20] not in stored["sealed"], "encrypted"


def test_a_clerk_may_send_a_form_with_a_file(visit: Visit) -> None:
    clerk = visit("poverty_office", kind="OFFICER")
    where = f"{ITEMS}/{an_item(clerk)['item_id']}/evidence"

    binary = PDF + bytes(range(256)) + b"\r\n--\r\n"
    kept = clerk.post(where, files={"file": ("回单.pdf", binary)}, data={"note": "一"})

    assert (kept.status_code, kept.json()["file_name"]) == (201, "回单.pdf")
    assert clerk.get(kept.headers["Location"]).content == binary
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    for broken in (
        b"",
        b"--x\r\n",
        PDF,
        b"--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x--",
    ):
        answer = clerk.post(where, content=broken, headers=kind)
        assert answer.status_code == 422, answer.text


def test_a_file_is_what_its_bytes_say(visit: Visit) -> None:
    clerk = visit("poverty_office", kind="OFFICER")
    item = an_item(clerk)

    kinds = [
        proved(clerk, item, content).json()["file_name"].rpartition(".")[2]
        for content in (PDF, PNG, JPEG, a_workbook(), a_document())
    ]
    assert kinds == ["pdf", "png", "jpg", "xlsx", "docx"]

    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("a.txt", "a")
    for content in (b"MZ\x90\x00", b"<html><script>", b"text", archive.getvalue(), b"%PDF"[:2]):
        answer = proved(clerk, item, content, file_name="a.pdf")
        assert (answer.status_code, answer.json()["code"]) == (422, "unusable-file")
    assert proved(clerk, item, b"").json()["errors"][0]["code"] == "empty"
    assert proved(clerk, item, PDF + b"0" * 10 * 1024 * 1024).status_code == 413


def test_evidence_is_shown_to_who_sees_its_item(visit: Visit, drain: Drain) -> None:
    clerk = visit("poverty_office", kind="OFFICER")
    item = an_item(clerk)
    where = proved(clerk, item).headers["Location"]
    supervisor = visit("supervisor", divisions=["230000"])
    bank = visit("bank", kind="OFFICER")
    insurer = visit("insurer")
    elsewhere = visit("poverty_office", divisions=["231283"])

    assert supervisor.get(where).content == PDF
    assert bank.get(where).content == PDF, "banks of the place work items of category 1"
    for stranger in (insurer, elsewhere):
        assert stranger.get(where).status_code == 404
        assert stranger.get(f"{ITEMS}/{item['item_id']}/evidence").status_code == 404
        assert proved(stranger, item).status_code == 404
    assert visit("auditor").get(where).status_code == 403
    other = an_item(supervisor)
    assert supervisor.get(where.replace(item["item_id"], other["item_id"])).status_code == 404
