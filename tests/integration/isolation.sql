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

INSERT INTO sensor (company_id, sensor_id, name, state) SELECT c, c * 10, marked(c, 'sensor'), 'up' FROM generate_series(1, 2) c;
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
INSERT INTO audit (audit_id, at, actor, action, company_id, subject, detail, previous, hash)
    SELECT c, now(), marked(c, 'actor'), 'incident.state', c, marked(c, 'subject'), '{}', '', '' FROM generate_series(1, 2) c;

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

CREATE FUNCTION touch(c bigint) RETURNS void LANGUAGE sql AS $$
    UPDATE incident SET version = version + 1, updated_at = now() WHERE company_id = c;
    INSERT INTO change (company_id, kind, id_from, id_to) VALUES (c, 'incident', c * 100, c * 100), (c, 'sensor', c * 10, c * 10),
        (c, 'company', c, c);
    NOTIFY hinomi_change;
$$;
