-- What test_api_oncall.sh asks about. The token of each one's session is the name before the @.
--   1 lead kato, 2 analyst tanaka, 3 analyst sato, 4 desk mori, 5 viewer, 6 wall, 7 analyst of company 1, 8 member of it,
--   9 a vendor's, 10 admin
-- Companies 1 and 2; incidents 501, 502 of 1 and 503 of 2, open; contacts 11, 12 of company 1, 21 of 2.
-- make_page(id, severity, policy, incidents...) makes a page as the engine would; ask(...) a notice of it.
INSERT INTO operator (name) VALUES ('試験商工会議所');
INSERT INTO company (company_id, operator_id, name, member_no, tags) VALUES
    (1, 1, 'なにわ印刷', 'A-1', '{vip}'), (2, 1, '難波商事', 'A-2', '{}');
INSERT INTO vendor (vendor_id, name) VALUES (1, '修理屋');

CREATE FUNCTION person(p_id bigint, p_name text, p_role text, p_company bigint DEFAULT NULL, p_vendor bigint DEFAULT NULL)
RETURNS void LANGUAGE sql AS $$
    INSERT INTO app_user (user_id, email, display_name, role, scope_company, scope_vendor, language)
        VALUES (p_id, p_name || '@example.jp', initcap(p_name), p_role, p_company, p_vendor, 'en');
    INSERT INTO session (token_sha256, user_id, expires_at) VALUES (sha256(p_name::bytea), p_id, now() + interval '1 day');
$$;
SELECT person(1, 'kato', 'lead'), person(2, 'tanaka', 'analyst'), person(3, 'sato', 'analyst'), person(4, 'mori', 'desk'),
       person(5, 'viewer', 'viewer'), person(6, 'wall', 'wall'), person(7, 'suzuki', 'analyst', 1),
       person(8, 'yamada', 'member', 1), person(9, 'shuri', 'vendor', NULL, 1), person(10, 'admin', 'admin');
ALTER TABLE app_user ALTER COLUMN user_id RESTART WITH 101;

INSERT INTO company_contact (company_id, contact_id, position, name, email, language) VALUES
    (1, 11, 1, '社長', 'president@naniwa.example', 'ja'), (1, 12, 2, 'IT', 'it@naniwa.example', 'en'),
    (2, 21, 1, '難波', 'namba@example.jp', 'ja');

CREATE FUNCTION make_incident(p_company bigint, p_id bigint, p_severity int, p_title text) RETURNS void LANGUAGE sql AS $$
    INSERT INTO incident (company_id, incident_id, no, first_ts, last_ts, direction, stage, severity, title, title_key, rule,
                          reason, alert_count, detection_count, blocked_count)
        VALUES (p_company, p_id, p_id - 500, now(), now(), 'outbound', 'command_and_control', p_severity, p_title, 'key', 'rule',
                '{"anchor": "192.168.1.10"}', 3, 3, 1);
    INSERT INTO incident_clock (company_id, incident_id, event_at, raised_at) VALUES (p_company, p_id, now(), now());
$$;
SELECT make_incident(1, 501, 1, 'Beacon <script>alert(1)</script> & "co"'), make_incident(1, 502, 2, 'Second'),
       make_incident(2, 503, 1, 'Third');

CREATE FUNCTION make_page(p_id bigint, p_severity int, p_policy bigint, VARIADIC p_incidents bigint[]) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO page (page_id, kind, policy_id, policy, group_key, severity, title, step, next_at, noticed_severity,
                      noticed_count, noticed_at, raised_at)
        SELECT p_id, 'incident', policy_id, rules, 'test ' || p_id, p_severity, 'Page ' || p_id, 1, now() + interval '5 minutes',
               p_severity, cardinality(p_incidents), now(), now() FROM escalation_policy WHERE policy_id = p_policy;
    INSERT INTO page_subject (company_id, page_id, kind, subject_id, severity, title, raised_at)
        SELECT i.company_id, p_id, 'incident', i.incident_id, i.severity, i.title, now() FROM incident i
        WHERE i.incident_id = ANY (p_incidents);
    INSERT INTO page_event (page_id, kind) VALUES (p_id, 'created');
$$;
CREATE FUNCTION ask(p_outbox uuid, p_page bigint, p_user bigint, p_kind text DEFAULT 'page', p_age interval DEFAULT '0')
RETURNS void LANGUAGE sql AS $$
    INSERT INTO outbox (outbox_id, kind, page_id, identity, priority, user_id, channel_kind, address, language, facts, state,
                        sent_at, created_at)
        VALUES (p_outbox, p_kind, p_page, 'test ' || p_outbox, 1, p_user, 'mail', coalesce((SELECT email FROM app_user
                WHERE user_id = p_user), 'fallback@example.jp'), 'ja', '{}', 'sent', now(), now() - p_age);
    INSERT INTO attempt (outbox_id, n, took_ms, outcome, code, text) VALUES (p_outbox, 1, 12, 'sent', 250, 'OK');
$$;
