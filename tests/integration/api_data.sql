-- A small chamber for test_api_data.sh, and alerts that come in as the collector brings them.
INSERT INTO operator (name) VALUES ('試験商工会議所');
INSERT INTO company (company_id, operator_id, name, member_no, industry, employees, area, tags) VALUES
    (1, 1, '株式会社山田精機', 'OS-10001', '製造業', 48, '大阪市東成区', '{"SECURITY ACTION 二つ星"}'),
    (2, 1, 'なにわ印刷株式会社', NULL, NULL, NULL, NULL, '{}');
INSERT INTO company_network (company_id, network) VALUES (1, '203.0.113.16/29');
INSERT INTO monitoring_span (company_id, from_day) VALUES (1, '2026-01-01'), (2, '2026-02-01');
INSERT INTO sensor (company_id, sensor_id, name, state) VALUES (1, 11, '本社', 'up'), (1, 12, '工場', 'new'),
    (2, 21, '事務所', 'down');
INSERT INTO sensor_health (company_id, sensor_id, last_seen_at, last_event_at, agent_version, clock_skew_ms,
                           spool_records, spool_bytes, disk_free_bytes, dropped_records)
    VALUES (1, 11, now(), now(), '0.1.0', -3, 0, 0, 1000000000, 0);

CREATE FUNCTION person(p_email text, p_name text, p_role text, p_company bigint) RETURNS void LANGUAGE sql AS $$
    INSERT INTO app_user (email, display_name, role, scope_company, setup_sha256, setup_expires_at)
    VALUES (p_email, p_name, p_role, p_company, sha256(p_email::bytea), now() + interval '1 day')
$$;
SELECT person('tanaka@example.jp', '田中 一郎', 'analyst', NULL), person('sato@example.jp', '佐藤 恵', 'analyst', NULL),
       person('viewer@example.jp', 'Viewer', 'viewer', NULL), person('yamada@example.jp', '山田', 'member', 1);

-- count alerts of one company, ids from p_first on, a second apart up to p_until, in one transaction: the alerts, work
-- and the change. Every alert of one p_key within an hour of another is of one incident.
CREATE FUNCTION alerts_come(p_company bigint, p_first bigint, p_count integer, p_until timestamptz, p_key bigint,
                            p_severity integer DEFAULT 3, p_direction text DEFAULT 'inbound', p_raw bytea DEFAULT '')
    RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO alert (company_id, id, ts, received_at, event_time, sensor_id, kind, format, source_ip, source_port,
                       destination_ip, destination_port, transport, direction, engine, severity, score, action,
                       signature_id, signature, category, technique, stage, community_id, flow_id, inside_ip,
                       attacker_ip, repeat_count, cluster_key, link_key, raw)
    SELECT p_company, p_first + i, p_until - (p_count - 1 - i) * interval '1 second', now(),
           p_until - (p_count - 1 - i) * interval '1 second', p_company * 10 + 1, 'alert', 'eve', '198.51.100.7',
           40000 + i % 1000, '192.168.1.10', 22, 'tcp', p_direction, 'ips', p_severity, 50,
           CASE p_direction WHEN 'outbound' THEN 'allowed' ELSE 'blocked' END, '2001219',
           'ET SCAN Potential SSH Scan 100% _ok_', 'Attempted Information Leak', '{T1595}', 'reconnaissance',
           '1:hO+sN4H+MG5MY/8hIrXPqc4ZQz0=', 1000000 + p_first + i, '192.168.1.10', '198.51.100.7', 1 + i % 2, p_key, 0,
           CASE WHEN p_raw = '' THEN '\x00'::bytea || convert_to('{"flow_id":' || p_first + i || '}', 'UTF8')
                ELSE p_raw END
    FROM generate_series(0, p_count - 1) AS i;
    INSERT INTO work (company_id, id_from, id_to, ts_from, ts_to)
        VALUES (p_company, p_first, p_first + p_count - 1, p_until - (p_count - 1) * interval '1 second', p_until);
    INSERT INTO change (company_id, kind, id_from, id_to, ts_from, ts_to)
        VALUES (p_company, 'alerts', p_first, p_first + p_count - 1,
                p_until - (p_count - 1) * interval '1 second', p_until);
    NOTIFY hinomi_work;
    NOTIFY hinomi_change;
END
$$;
