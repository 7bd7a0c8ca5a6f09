-- purpose: lock the heads of those of a batch's streams that exist, in one order
select stream, version, digest, position, trail from ledger_head
where stream = any(array(select json_array_elements_text(%(streams)s)))
order by stream for update
