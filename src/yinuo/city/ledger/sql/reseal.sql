-- purpose: replace encrypted personal data by the same under another key
update ledger_private p set key_id = %(key_id)s, ciphertext = one.ciphertext
from unnest(%(refs)s::text[], %(ciphertexts)s::bytea[]) as one (ref, ciphertext) where p.ref = one.ref
