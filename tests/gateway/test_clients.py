def test_a(visit, drain, sql):
    bank = visit("bank")
    r = bank.get("/v1/agencies")
    print(r.status_code, r.json())
    drain()
    print(sql("gateway", "select * from feed"))
    r=bank.get("/v1/loans/contracts"); assert r.status_code==200, r.text
def test_b(visit, drain, sql):
    bank = visit("bank")
    assert 0, bank.get("/v1/loans/nothing").json()
