-- purpose: begin to tell webhooks from now on: what is settled lies behind
INSERT INTO api_position (name, position) VALUES (%(name)s, ledger_settled() - 1) ON CONFLICT DO NOTHING
