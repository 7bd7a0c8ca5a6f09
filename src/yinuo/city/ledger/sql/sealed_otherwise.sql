-- purpose: rows encrypted with another key than this one, so that they can be encrypted anew
select ref, key_id, ciphertext from ledger_private where key_id <> %(key_id)s order by ref limit %(limit)s for update
