-- purpose: lock the heads of a batch's streams in one order
select stream, version, digest, place, trail from ledger_lock(array(select json_array_elements_text(%(streams)s)))
