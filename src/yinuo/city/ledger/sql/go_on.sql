-- purpose: after a restore, shift transaction numbers so that new positions lie above all that were restored
with ends as (
    select coalesce((select max(position) >> 22 from ledger_event), 0) as last,
           pg_current_xact_id()::text::bigint as here
)
update ledger_shift set shift = greatest(shift, last - here + 1) from ends
returning greatest(last - here + 1, 0)
