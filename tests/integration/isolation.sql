-- Two companies for test_isolation.sh, alike in everything. Whatever of company 2 can be shown carries MARKER or 424242,
-- which nothing of company 1 does. Ids: company c has sensor c0, alert c000, incident c00, user of its own.
INSERT INTO operator (name) VALUES ('試験商工会議所');
INSERT INTO company (company_id, operator_id, name, member_no, industry, area, tags) VALUES
    (1, 1, 'First', 'F-1', 'industry', 'area', '{tag}'),
    (2, 1, 'MARKER company', 'MARKER-2', 'MARKER industry', 'MARKER area', '{"MARKER tag"}');
INSERT INTO company_network SELECT c, ('203.0.113.' || c * 16 || '/28')::cidr, 'note' FROM generate_series(1, 2) c;
INSERT INTO monitoring_span (company_id, from_day) SELECT c, current_date - 60 FROM generate_series(1, 2) c;

CREATE FUNCTION marked(c bigint, word text) RETURNS text LANGUAGE sql
    RETURN CASE c WHEN 2 THEN 'MARKER ' ELSE '' END || word;

INSERT INTO sensor (company_id, sensor_id, name, state, created_at)
    SELECT c, c * 10, marked(c, 'sensor'), 'up', now() - interval '2 days' FROM generate_series(1, 2) c;
INSERT INTO sensor_health (company_id, sensor_id, last_seen_at, agent_version, spool_records)
    SELECT c, c * 10, now(), marked(c, '0.1.0'), CASE c WHEN 2 THEN 424242 ELSE 1 END FROM generate_series(1, 2) c;
INSERT INTO sensor_day (company_id, sensor_id, day, expected, received)
    SELECT c, c * 10, (now() AT TIME ZONE 'Asia/Tokyo')::date, n, n
    FROM generate_series(1, 2) c, LATERAL (SELECT CASE c WHEN 2 THEN 424242 ELSE 1 END AS n) x;

CREATE FUNCTION alert_comes(c bigint, p_id bigint) RETURNS void LANGUAGE sql AS $$
    INSERT INTO alert (company_id, id, ts, received_at, event_time, sensor_id, kind, format, source_ip, source_port,
                       destination_ip, destination_port, transport, direction, engine, severity, score, action,
                       signature_id, signature, category, technique, stage, community_id, flow_id, inside_ip,
                       attacker_ip, repeat_count, cluster_key, link_key, raw)
    VALUES (c, p_id, now(), now(), now(), c * 10, 'alert', 'eve', '198.51.100.7', 40000, '192.168.1.10', 22, 'tcp',
            'inbound', 'ips', 3, 50, 'blocked', marked(c, 'id'), marked(c, 'signature'), marked(c, 'category'),
            '{T1595}', 'reconnaissance', marked(c, 'community'), 1, '192.168.1.10', '198.51.100.7', 1, 77, 0,
            '\x00'::bytea || convert_to(marked(c, '{}'), 'UTF8'));
    INSERT INTO change (company_id, kind, id_from, id_to, ts_from, ts_to) VALUES (c, 'alerts', p_id, p_id, now(), now());
$$;
SELECT alert_comes(c, c * 1000) FROM generate_series(1, 2) c;

INSERT INTO incident (company_id, incident_id, no, first_ts, last_ts, direction, stage, severity, title, title_key, rule,
                      reason, alert_count, detection_count, blocked_count)
    SELECT c, c * 100, 1, now() - interval '1 hour', now() + interval '1 minute', 'inbound', 'reconnaissance', 3,
           marked(c, 'title'), 'key', 'rule', marked(c, 'reason'), 1, CASE c WHEN 2 THEN 424242 ELSE 1 END, 1
    FROM generate_series(1, 2) c;
INSERT INTO incident_segment (company_id, key, first_ts, last_ts, is_cluster, incident_id)
    SELECT c, 77, now() - interval '1 hour', now() + interval '1 minute', true, c * 100 FROM generate_series(1, 2) c;
INSERT INTO incident_event (company_id, incident_id, kind, body)
    SELECT c, c * 100, 'note', jsonb_build_object('text', marked(c, 'note')) FROM generate_series(1, 2) c;
INSERT INTO company_day (company_id, day, direction, engine, severity, action, detections)
    SELECT c, (now() AT TIME ZONE 'Asia/Tokyo')::date, 'inbound', 'ips', 3, 'blocked',
           CASE c WHEN 2 THEN 424242 ELSE 1 END FROM generate_series(1, 2) c;
INSERT INTO company_month (company_id, month, inbound_ips, inbound_stopped)
    SELECT company_id, date_trunc('month', day::timestamp)::date, detections, detections FROM company_day;
INSERT INTO audit (audit_id, at, actor, action, company_id, subject, detail, previous, hash)
    SELECT c, now(), marked(c, 'actor'), 'incident.state', c, marked(c, 'subject'), '{}', '', '' FROM generate_series(1, 2) c;

-- ------------------------------------------------------------------------------------------------------ correlation
-- One rule at both; incident, mute and contact c00; campaign 100 is of both (and named after what company 2 met), 200 of
-- company 2 alone. Mute 300 is of all. What is of the operator (indicators, hunts) holds what company 2 met.
INSERT INTO rule_set (version, actor, note, sha256) VALUES (1, 'ctl:root', 'note', sha256('1'));
INSERT INTO rule_set_file (version, name, kind, body) VALUES (1, 'rule.yml', 'sigma', E'title: Rule\nid: uid\n');
INSERT INTO rule (rule_id, uid, kind, title, level, file, line, first_version)
    VALUES (500, 'uid', 'detection', 'Rule', 'high', 'rule.yml', 1, 1);
INSERT INTO rule_day (company_id, rule_id, day, alerts)
    SELECT c, 500, (now() AT TIME ZONE 'Asia/Tokyo')::date, CASE c WHEN 2 THEN 424242 ELSE 1 END FROM generate_series(1, 2) c;
UPDATE alert SET rule_hits = '{"set": 1, "rules": [500]}';
UPDATE incident SET tags = ARRAY[marked(company_id, 'tag')], raised_title = marked(company_id, 'raised');
INSERT INTO incident_cause (company_id, incident_id, rule_id, group_key, rule_set, severity, first_ts, last_ts, hits, detail)
    SELECT c, c * 100, 500, 0, 1, 3, now() - interval '1 hour', now(), CASE c WHEN 2 THEN 424242 ELSE 1 END,
           jsonb_build_object('group', marked(c, 'group')) FROM generate_series(1, 2) c;
INSERT INTO contact (company_id, contact_key, inside_ip, destination, port, first_ts, last_ts, contacts, series, score, parts)
    SELECT c, c * 100, '192.168.1.10', marked(c, 'destination'), 443, now(), now(), CASE c WHEN 2 THEN 424242 ELSE 1 END, '', 90,
           jsonb_build_object('word', marked(c, 'part')) FROM generate_series(1, 2) c;
INSERT INTO campaign (campaign_id, kind, key, first_day, last_day, first_ts, last_ts, title, title_ts, severity, companies, alerts,
                      minimum, window_days)
    SELECT n, 'source', CASE n WHEN 200 THEN 'MARKER key' ELSE '203.0.113.9' END, day, day, now(), now(), 'MARKER campaign', now(), 2,
           2, 424242, 2, 7 FROM (VALUES (100), (200)) AS v (n), LATERAL (SELECT (now() AT TIME ZONE 'Asia/Tokyo')::date AS day) d;
INSERT INTO campaign_member (company_id, campaign_id, first_ts, last_ts, alerts, severity) VALUES
    (1, 100, now(), now(), 1, 2), (2, 100, now(), now(), 424241, 2), (2, 200, now(), now(), 424242, 2);
INSERT INTO campaign_sighting (kind, key, company_id, day, cluster_key, first_ts, last_ts, alerts, severity, title, title_ts)
    SELECT 'source', key, c, (now() AT TIME ZONE 'Asia/Tokyo')::date, 77, now(), now(), CASE c WHEN 2 THEN 424242 ELSE 1 END, 2,
           marked(c, 'signature'), now() FROM (VALUES (1, '203.0.113.9'), (2, '203.0.113.9'), (2, 'MARKER key')) AS v (c, key);
INSERT INTO indicator_source (source_id, name) VALUES (1, 'MARKER source');
INSERT INTO indicator (indicator_id, source_id, kind, key, prefix, value, valid_from, modified, confidence, tlp, state,
                       change_no)
    VALUES (1, 1, 4, '\x00112233445566778899aabbccddeeff', 0, '00112233445566778899aabbccddeeff', now(), now(), 50, 'amber',
            'active', 1);
INSERT INTO observable (kind, key, company_id, first_ts, last_ts, contacts)
    SELECT 4, '\x00112233445566778899aabbccddeeff', c, now(), now(), CASE c WHEN 2 THEN 424242 ELSE 1 END FROM generate_series(1, 2) c;
INSERT INTO hunt (hunt_id, actor, source_id, change_from, change_to, state) VALUES (1, 'MARKER', 1, 1, 1, 'done');
INSERT INTO hunt_hit (company_id, hunt_id, indicator_id, kind, key, first_ts, last_ts, contacts)
    SELECT c, 1, 1, 4, '\x00112233445566778899aabbccddeeff', now(), now(), 1 FROM generate_series(1, 2) c;

CREATE FUNCTION person(p_email text, p_role text, p_company bigint) RETURNS void LANGUAGE sql AS $$
    INSERT INTO app_user (email, display_name, role, scope_company) VALUES (p_email, p_email, p_role, p_company);
    INSERT INTO session (token_sha256, user_id, expires_at)
        SELECT sha256(p_email::bytea), user_id, now() + interval '1 day' FROM app_user WHERE email = p_email;
$$;
-- The token of each one's session is the e-mail address.
SELECT person('member1', 'member', 1), person('member2', 'member', 2), person('analyst1', 'analyst', 1),
       person('analyst2', 'analyst', 2), person('lead1', 'lead', 1), person('lead2', 'lead', 2),
       person('viewer1', 'viewer', 1), person('viewer2', 'viewer', 2), person('wall1', 'wall', 1),
       person('analyst', 'analyst', NULL), person('lead', 'lead', NULL);

-- Needs an owner.
INSERT INTO mute (mute_id, kind, scope, company_id, conditions, reason, owner_id, expires_at)
    SELECT c * 100, 'mute', 'company', c, '{"action": "blocked"}', marked(c, 'reason'), user_id, now() + interval '1 day'
    FROM generate_series(1, 2) c JOIN app_user ON email = 'lead' || c
    UNION ALL SELECT 300, 'mute', 'all', NULL, '{"signature": "MARKER"}', 'MARKER reason', user_id, now() + interval '1 day'
    FROM app_user WHERE email = 'lead';
INSERT INTO mute_day (company_id, mute_id, day, alerts)
    SELECT c, m, (now() AT TIME ZONE 'Asia/Tokyo')::date, CASE c WHEN 2 THEN 424242 ELSE 1 END
    FROM generate_series(1, 2) c, LATERAL unnest(ARRAY[c * 100, 300]) AS m;
INSERT INTO campaign_warning (company_id, campaign_id, user_id, body)
    SELECT c, 100, user_id, marked(c, 'warning') FROM generate_series(1, 2) c JOIN app_user ON email = 'lead';

CREATE FUNCTION touch(c bigint) RETURNS void LANGUAGE sql AS $$
    UPDATE incident SET version = version + 1, updated_at = now() WHERE company_id = c;
    INSERT INTO change (company_id, kind, id_from, id_to) VALUES (c, 'incident', c * 100, c * 100), (c, 'sensor', c * 10, c * 10),
        (c, 'company', c, c);
    NOTIFY hinomi_change;
$$;

-- ------------------------------------------------------------------------------------------------------------- cases
-- Request and insurance c00, of incident c00. The contract is long over: no other can overlap it.
SELECT person(p, 'desk', c) FROM (VALUES ('desk1', 1), ('desk', NULL)) AS v (p, c) WHERE NOT EXISTS
    (SELECT FROM app_user WHERE email = p);
INSERT INTO incident_clock (company_id, incident_id, event_at, raised_at) SELECT c, c * 100, now(), now() FROM generate_series(1, 2) c;
INSERT INTO incident_pause (company_id, incident_id, from_at, to_at)
    SELECT c, c * 100, now() - interval '1 minute', now() FROM generate_series(1, 2) c;
INSERT INTO contract (company_id, contract_id, plan_id, is_member, from_day, to_day, insurance_no, note)
    SELECT c, c * 100 + 7, 1, true, '2015-01-01', '2015-12-31', marked(c, 'certificate'), marked(c, 'note') FROM generate_series(1, 2) c;
INSERT INTO case_step (company_id, incident_id, step, at, done, text)
    SELECT c, c * 100, 2, now(), false, marked(c, 'step') FROM generate_series(1, 2) c;
INSERT INTO member_request (company_id, request_id, incident_id, who, what, due_on, made_by, note)
    SELECT c, c * 100, c * 100, marked(c, 'who'), marked(c, 'what'), current_date, user_id, marked(c, 'note')
    FROM generate_series(1, 2) c JOIN app_user ON email = 'lead' || c;
INSERT INTO insurance_case (company_id, insurance_id, incident_id, contract_id, limit_yen, claim_no, reason, opened_by)
    SELECT c, c * 100, c * 100, c * 100 + 7, CASE c WHEN 2 THEN 424242 ELSE 1 END, marked(c, 'claim'), marked(c, 'reason'), user_id
    FROM generate_series(1, 2) c JOIN app_user ON email = 'lead' || c;
INSERT INTO privacy_clock (company_id, incident_id, known_at, malicious, persons)
    SELECT c, c * 100, now(), false, CASE c WHEN 2 THEN 424242 ELSE 1 END FROM generate_series(1, 2) c;
INSERT INTO evidence_pack (company_id, incident_id, made_by, sha256, files)
    SELECT c, c * 100, user_id, sha256('x'), CASE c WHEN 2 THEN 424242 ELSE 1 END
    FROM generate_series(1, 2) c JOIN app_user ON email = 'lead' || c;
