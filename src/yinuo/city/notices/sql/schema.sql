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
CREATE INDEX notices_notice_recent ON notices_notice (person, id DESC);

CREATE TABLE notices_address (
    person text NOT NULL,
    channel text NOT NULL CHECK (channel IN ('mail', 'sms')),
    address text NOT NULL,
    PRIMARY KEY (person, channel)
);

CREATE TABLE notices_outbox (
    id text PRIMARY KEY,
    channel text NOT NULL CHECK (channel IN ('mail', 'sms', 'webhook')),
    address text NOT NULL,
    kind text NOT NULL,
    body text NOT NULL,
    case_id text,
    created_at timestamptz NOT NULL,
    tries integer NOT NULL DEFAULT 0,
    next_at timestamptz,
    sent_at timestamptz,
    gave_up_at timestamptz,
    last_error text NOT NULL DEFAULT ''
);
CREATE INDEX notices_outbox_waiting ON notices_outbox (next_at) WHERE sent_at IS NULL AND gave_up_at IS NULL;
