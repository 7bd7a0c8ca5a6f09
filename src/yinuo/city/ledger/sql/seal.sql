-- purpose: keep encrypted personal data under refs that hold none yet; which refs these were
insert into ledger_private (ref, key_id, ciphertext)
select one.ref, %(key_id)s, one.ciphertext from unnest(%(refs)s::text[], %(ciphertexts)s::bytea[]) as one (ref, ciphertext)
on conflict do nothing returning ref
