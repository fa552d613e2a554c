import time
from functools import partial
from sqlalchemy import text
from kernel.bulk import record as R
from services.registry.operations import HOUSEHOLDS
from tests.registry.households import household, ndjson, NDJSON

def test_x(office, drain, exchange, portal, monkeypatch):
    orig = R._store
    async def run(push, resource, rows):
        st = R._statements(resource)
        session = push.session
        execute = session.execute
        async def timed(statement, *a, **k):
            t=time.perf_counter()
            sql=str(statement)
            if 'window days' in sql and len(rows) > 50:
                try:
                    plan = (await execute(text('explain (costs on) ' + sql))).scalars().all()
                    print('\n'.join(plan))
                except Exception as e: print(e)
            r = await execute(statement, *a, **k)
            d=time.perf_counter()-t
            if d>0.03: print(round(d,3), ' '.join(sql.split())[:70])
            return r
        class P: pass
        object.__setattr__(push, 'session', Wrapped(session, timed))
        try: return await orig(push, resource, rows)
        finally: object.__setattr__(push, 'session', session)
    class Wrapped:
        def __init__(self, s, e): self.s=s; self.execute=e
        def __getattr__(self, n): return getattr(self.s, n)
    monkeypatch.setattr(R, '_store', run)
    for q in ({"dry_run": "true"}, {}):
        office.post("/v1/registry/bulk/households", content=ndjson([household(n) for n in range(1,2102)]), headers=NDJSON, params=q)
        t=time.time(); drain(); print('drain', time.time()-t)
    office.post("/v1/registry/bulk/households", content=ndjson([household(n, source_version=2, as_at='2018-12-31') for n in range(1,2102)]), headers=NDJSON)
    t=time.time(); drain(); print('drain', time.time()-t)

def test_y(office, drain, exchange, portal, monkeypatch, sql, server_url):
    async def vacuum():
        async with exchange.services['registry'].database.begin() as s:
            await s.execute(text('analyze household_report'))
            await s.execute(text('analyze outbox'))
    def push(v, q):
        office.post("/v1/registry/bulk/households", content=ndjson([household(n, source_version=v) for n in range(1,2102)]), headers=NDJSON, params=q)
        t=time.time(); drain(); print('drain', time.time()-t)
    for i in range(3):
        print(sql('registry', "select relname, reltuples, relpages from pg_class where relname in ('household_report','outbox')"))
        push(1, {})
        sql('registry', 'delete from household_report')
        portal.call(vacuum)
        push(2, {"dry_run":"true"})
        sql('registry', 'delete from household_report')
