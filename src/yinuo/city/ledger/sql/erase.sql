-- purpose: erase personal data together with their salt
delete from ledger_private where ref = %(ref)s
