-- purpose: the last deliveries of each webhook are found without reading all of them
CREATE INDEX notices_outbox_of_webhook ON notices_outbox (target, created_at DESC, id DESC) WHERE channel = 'webhook'
