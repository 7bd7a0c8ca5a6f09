-- purpose: the encrypted personal data of some refs
select ref, key_id, ciphertext from ledger_private where ref = any(%(refs)s)
