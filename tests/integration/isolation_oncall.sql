-- The on-call side for test_isolation.sh, after isolation_desk.sql. All of it is the staff's: whatever can be shown carries
-- MARKER. Page 200 is about the incident of company 2, its message 0190...200 went to the contact of company 2 (c00); page
-- and message 100 are the same of company 1.
INSERT INTO calendar (calendar_id, name, timezone, rules) VALUES (200, 'calendar', 'Asia/Tokyo', '{}');
INSERT INTO oncall_schedule (schedule_id, name, timezone, rules) VALUES (200, 'MARKER schedule', 'Asia/Tokyo', '{"layers": []}');
INSERT INTO oncall_override (override_id, schedule_id, user_id, from_at, to_at, reason, made_by)
    SELECT 200, 200, user_id, now(), now() + interval '1 hour', 'MARKER reason', user_id FROM app_user WHERE email = 'lead';
INSERT INTO channel (channel_id, name, kind, address, secret) VALUES (200, 'MARKER channel', 'webhook', 'https://MARKER.example/', 'MARKER');
INSERT INTO escalation_policy (policy_id, name, rules)
    VALUES (200, 'MARKER policy', '{"steps": [{"after": "0s", "targets": [{"role": "lead"}]}]}');
INSERT INTO integration (integration_id, name, key_sha256, created_by)
    SELECT 200, 'MARKER integration', sha256('MARKER'), user_id FROM app_user WHERE email = 'lead';
INSERT INTO page (page_id, kind, policy_id, policy, group_key, severity, title, next_at, noticed_severity, noticed_at, raised_at)
    SELECT c * 100, 'incident', policy_id, rules, marked(c, 'group'), 1, marked(c, 'page'), now() + interval '1 hour', 1, now(), now()
    FROM generate_series(1, 2) c JOIN escalation_policy ON policy_id = 200;
INSERT INTO page_subject (company_id, page_id, kind, subject_id, severity, title, raised_at)
    SELECT c, c * 100, 'incident', c * 100, 1, marked(c, 'subject'), now() FROM generate_series(1, 2) c;
INSERT INTO page_event (page_id, kind, body) SELECT c * 100, 'created', jsonb_build_object('text', marked(c, 'event')) FROM generate_series(1, 2) c;
INSERT INTO outbox (outbox_id, kind, page_id, identity, priority, contact_company_id, contact_id, channel_kind, address, language, facts,
                    state)
    SELECT ('01900000-0000-7000-8000-000000000' || c || '00')::uuid, 'member', c * 100, 'isolation ' || c, 1, c, c * 100, 'mail',
           marked(c, 'mail@example.jp'), 'ja', jsonb_build_object('title', marked(c, 'title'), 'company', marked(c, 'company'),
           'what', marked(c, 'what')), 'sent' FROM generate_series(1, 2) c;
INSERT INTO attempt (outbox_id, n, took_ms, outcome, code, text) VALUES ('01900000-0000-7000-8000-000000000200', 1, 1, 'sent', 250, 'MARKER reply');
INSERT INTO notice_template (kind, language, version, subject, body, saved_by)
    SELECT 'page', 'en', 1, 'MARKER subject', 'MARKER body', user_id FROM app_user WHERE email = 'lead';
INSERT INTO drill (drill_id, started_by) SELECT 200, user_id FROM app_user WHERE email = 'lead';
INSERT INTO drill_person (drill_id, user_id) SELECT 200, user_id FROM app_user WHERE email = 'lead';
INSERT INTO engine (name, started_at, ticked_at) VALUES ('MARKER engine', now(), now());
INSERT INTO page_request (company_id, kind, subject_id, what, severity, body)
    SELECT c, 'sensor', c * 10, 'raised', 3, jsonb_build_object('name', marked(c, 'sensor')) FROM generate_series(1, 2) c;
