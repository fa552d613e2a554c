"""Pushing facts, one or a million: validate, stage, resolve, settle, store, announce.

    formats     NDJSON, CSV and XLSX into numbered rows
    record      a chunk of valid rows into the tables, by set statements
    jobs        more than an inline push: kept encrypted, worked chunk by chunk
    pending     rows whose person, contract or policy is not known yet
    declarations  "this is everything": what makes absence a fact
    reads       every fact that can be written can be read back
    routes      the addresses all this stands at

A single push is a bulk push of one row, so there is one way in.
"""
