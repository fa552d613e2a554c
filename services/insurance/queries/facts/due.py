"""What a policy owes for what happened to a person: liability, share and sum.

`DUE` joins to a row `i` with `agency`, `policy_id`, `product_code`, `person_key`, `home_key`,
`kind`, `"on"`, `age_years`, `hospital_days` and `loss`. It adds `product`, `l` (the liability that
fits kind and age), `share.persons`, `part.sum`, `owed.due` and `owed.at_most`, more than which is
surely not due; what cannot be told is null.
"""

from services.insurance.queries.facts.parts import THERE

# A shared sum is divided equally by the persons of the household whom the policy covers on the day,
# half up (rules.md, INS-04). Of a stranger nobody knows with whom he shares.
DUE = f"""
    left join product on product.agency = i.agency and product.product_code = i.product_code
        and product.superseded_at is null
    left join lateral jsonb_to_recordset(product.liabilities)
        as l(kind text, basis text, "sum" numeric(14, 2), shared_by_household boolean, min_age int,
             max_age int)
        on l.kind = i.kind and i.age_years >= coalesce(l.min_age, 0)
            and i.age_years <= coalesce(l.max_age, 150)
    left join lateral (
        select case when i.home_key is not null and l.shared_by_household
                    then count(distinct o.person_key) end as persons
        from cover o
        where l.shared_by_household and o.policy_id = i.policy_id
          and o.covered_from <= i."on" and i."on" < o.covered_to
          and (o.person_key = i.person_key or exists (
              select from member m
              where m.household_key = i.home_key and m.person_key = o.person_key
                and {THERE.format(m="m", day='i."on"')}))) share on true
    left join lateral (
        select case when l.shared_by_household then round(l.sum / nullif(share.persons, 0), 2)
                    else l.sum end as sum) part on true
    left join lateral (
        select case l.basis when 'FIXED' then part.sum
                            when 'PER_DAY' then part.sum * i.hospital_days
                            when 'LOSS' then case when i.loss is not null and part.sum is not null
                                                  then least(i.loss, part.sum) end
               end as due,
               case l.basis when 'FIXED' then coalesce(part.sum, l.sum)
                            when 'PER_DAY' then coalesce(part.sum, l.sum) * i.hospital_days
                            when 'LOSS' then least(i.loss, part.sum, l.sum)
               end as at_most) owed on true
"""

UNKNOWN = """
    array_remove(array[
        case when product.id is null then 'products:' || i.agency end,
        case when l.shared_by_household and part.sum is null then 'household' end,
        case when l.basis = 'PER_DAY' and i.hospital_days is null then 'hospital_days' end,
        case when l.basis = 'LOSS' and i.loss is null then 'loss' end], null)
"""
"""SQL: what is not known of what is due."""
