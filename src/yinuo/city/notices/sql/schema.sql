-- purpose: what people are told: in-app rows once for ever, outgoing rows until they are sent or given up
CREATE TABLE notices_notice (
    id bigserial PRIMARY KEY,
    person text NOT NULL,
    key text NOT NULL,
    kind text NOT NULL,
    args jsonb NOT NULL,
    case_id text,
    at timestamptz NOT NULL,
    read_at timestamptz,
    UNIQUE (person, key)
);
CREATE INDEX notices_notice_unread ON notices_notice (person, id DESC) WHERE read_at IS NULL;
CREATE INDEX notices_notice_inbox ON notices_notice (person, (read_at IS NOT NULL), id DESC);

-- Where a person is reached besides the telephone of the staff register; `ref` names the sealed address in ledger_private.
CREATE TABLE notices_address (
    person text NOT NULL,
    channel text NOT NULL CHECK (channel IN ('mail', 'sms')),
    ref text NOT NULL,
    PRIMARY KEY (person, channel)
);

-- `activities` empty = all. The secret is sealed; the ledger holds who opened and disabled it, never the secret.
CREATE TABLE notices_webhook (
    id text PRIMARY KEY,
    name text NOT NULL,
    unit text NOT NULL,
    url text NOT NULL,
    secret_ref text NOT NULL,
    activities text[] NOT NULL,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    disabled_at timestamptz,
    disabled_by text
);

-- `target` is the ref of a sealed address, or the id of a webhook: no telephone number and no mail address lies here.
-- `body` is what the webhook sends, byte for byte; for mail and SMS it is the notice's arguments as JSON.
CREATE TABLE notices_outbox (
    id text PRIMARY KEY,
    channel text NOT NULL CHECK (channel IN ('mail', 'sms', 'webhook')),
    target text NOT NULL,
    kind text NOT NULL,
    body text NOT NULL,
    case_id text,
    created_at timestamptz NOT NULL,
    tries integer NOT NULL DEFAULT 0,
    next_at timestamptz,
    sent_at timestamptz,
    gave_up_at timestamptz,
    last_error text NOT NULL DEFAULT '',
    CHECK ((next_at IS NULL) = (sent_at IS NOT NULL OR gave_up_at IS NOT NULL))
);
CREATE INDEX notices_outbox_waiting ON notices_outbox (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX notices_outbox_of_target ON notices_outbox (channel, target, next_at) WHERE next_at IS NOT NULL;
CREATE INDEX notices_outbox_given_up ON notices_outbox (gave_up_at DESC, id) WHERE gave_up_at IS NOT NULL;
CREATE INDEX notices_outbox_sent ON notices_outbox (sent_at DESC, id) WHERE sent_at IS NOT NULL;
