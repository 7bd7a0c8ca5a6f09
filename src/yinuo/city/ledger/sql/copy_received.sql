-- purpose: receive a batch's events, none of which may have been received before
copy ledger_received (source, event_id, stream) from stdin (format binary)
