-- A small chamber for test_month_close.sh: a month that is over (the last one in Asia/Tokyo) and the twelve before it.
--   1 山田精機: two sensors, attacks, a computer that spoke outside, viruses by mail and by web, cases, requests
--   2 quiet; 3 five thousand detections; 4 monitored, and no sensor was ever heard; 5 detections, and no span;
--   6 nothing at all; 7 and 8 quiet; 9 left before the month
INSERT INTO operator (name) VALUES ('試験商工会議所');
INSERT INTO company (company_id, operator_id, name, member_no, industry, employees, area, created_at) VALUES
    (1, 1, '株式会社山田精機', 'OS-10001', '製造業', 48, '大阪市東成区', '2020-01-01'),
    (2, 1, '髙﨑𠮷製作所', 'OS-10002', '製造業', 4, NULL, '2020-01-01'),
    (3, 1, 'なにわ印刷株式会社', NULL, '製造業', 30, NULL, '2020-01-01'),
    (4, 1, '通天閣商店', 'OS-10004', '小売業', NULL, NULL, '2020-01-01'),
    (5, 1, '道頓堀工業', NULL, NULL, NULL, NULL, '2020-01-01'),
    (6, 1, '難波企画', NULL, NULL, NULL, NULL, '2020-01-01'),
    (7, 1, '天満精工', 'OS-10007', '製造業', 25, NULL, '2020-01-01'),
    (8, 1, '福島鉄工', 'OS-10008', '製造業', 22, NULL, '2020-01-01'),
    (9, 1, '去った会社', NULL, '製造業', 22, NULL, '2020-01-01');
UPDATE company SET report_language = 'en' WHERE company_id = 3;
INSERT INTO app_user (user_id, email, display_name, role) VALUES (91, 'sato@example.jp', '佐藤 花子', 'analyst'),
    (92, 'mori@example.jp', '森 次郎', 'lead');

-- So many months back (1: the month that is closed), the day and the time of it, in the operator's zone.
CREATE FUNCTION month_of(p_back integer) RETURNS date LANGUAGE sql STABLE AS $$
    SELECT (date_trunc('month', now() AT TIME ZONE 'Asia/Tokyo') - make_interval(months => p_back))::date $$;
CREATE FUNCTION at_month(p_back integer, p_day integer, p_time text) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT (month_of(p_back) + (p_day - 1) + p_time::time) AT TIME ZONE 'Asia/Tokyo' $$;

INSERT INTO monitoring_span (company_id, from_day, to_day) VALUES
    (1, month_of(12), NULL), (2, month_of(1) + 9, NULL), (3, month_of(5), month_of(1) + 14), (4, month_of(1), NULL),
    (7, month_of(1), NULL), (8, month_of(1), NULL), (9, month_of(12), month_of(2));
INSERT INTO sensor (company_id, sensor_id, name, state, created_at) VALUES (1, 11, '本社', 'up', month_of(12)),
    (1, 12, '工場', 'up', month_of(12)), (2, 21, '事務所', 'up', month_of(12)), (3, 31, '事務所', 'up', month_of(12)),
    (4, 41, '店', 'down', month_of(12)), (7, 71, '本社', 'up', month_of(12)), (8, 81, '本社', 'up', month_of(12)),
    (9, 99, '本社', 'up', month_of(12));
INSERT INTO sensor_health (company_id, sensor_id, last_seen_at, agent_version)
    SELECT company_id, sensor_id, now(), '0.1.0' FROM sensor WHERE company_id <> 4;
-- Every hour of every day; the factory's sensor of company 1 was away for the hours from 10 to 12 of the fifth.
INSERT INTO sensor_day (company_id, sensor_id, day, expected, received, heartbeats, hours_seen)
    SELECT s.company_id, s.sensor_id, d::date, 10, 10, 24,
           CASE WHEN s.sensor_id = 12 AND d::date = month_of(1) + 4 THEN 16777215 & ~(7 << 10) ELSE 16777215 END
    FROM sensor s, generate_series(month_of(1)::timestamp, (month_of(0) - 1)::timestamp, '1 day') d
    WHERE s.company_id <> 4;

-- p_count alerts a minute apart, ids from p_first on, by source addresses p_sources in turn.
CREATE FUNCTION detect(p_company bigint, p_sensor bigint, p_first bigint, p_count integer, p_from timestamptz, p_direction text,
                       p_engine text, p_action text, p_severity integer, p_signature text, p_inside inet, p_port integer,
                       p_sources integer DEFAULT 5, p_repeat integer DEFAULT 1) RETURNS void LANGUAGE sql AS $$
    INSERT INTO alert (company_id, id, ts, received_at, event_time, sensor_id, kind, format, source_ip, source_port,
                       destination_ip, destination_port, transport, direction, engine, severity, score, action,
                       signature_id, signature, category, technique, stage, inside_ip, attacker_ip, repeat_count,
                       cluster_key, link_key, raw)
    SELECT p_company, p_first + i, p_from + i * interval '1 minute', p_from + i * interval '1 minute', p_from, p_sensor,
           'alert', 'eve', CASE p_direction WHEN 'outbound' THEN p_inside ELSE '198.51.100.0'::inet + i % p_sources END,
           40000, CASE p_direction WHEN 'outbound' THEN '203.0.113.9' ELSE p_inside END, p_port, 'tcp', p_direction,
           p_engine, p_severity, 50, p_action, '2001219', p_signature, 'Attempted Information Leak', '{}',
           'reconnaissance', p_inside, '198.51.100.7', p_repeat, p_first, 0, '\x00'
    FROM generate_series(0, p_count - 1) i $$;

SELECT detect(1, 11, 1000, 40, at_month(1, 3, '09:00'), 'inbound', 'ips', 'blocked', 4, 'ET SCAN SSH', '192.168.1.10', 22);
SELECT detect(1, 12, 2000, 3, at_month(1, 7, '10:00'), 'outbound', 'ips', 'allowed', 2, 'ET MALWARE CnC Beacon', '192.168.1.23',
              443, 1, 2);
SELECT detect(1, 12, 2100, 1, at_month(1, 8, '10:00'), 'outbound', 'web', 'blocked', 3, 'Phishing site', '192.168.1.40', 80);
SELECT detect(1, 11, 3000, 2, at_month(1, 9, '10:00'), 'inbound', 'antivirus', 'removed', 3, 'EICAR', '192.168.1.23', 110);
SELECT detect(1, 11, 3100, 1, at_month(1, 9, '12:00'), 'inbound', 'antivirus', 'allowed', 3, 'EICAR', '192.168.1.23', 443);
SELECT detect(1, 11, 3200, 1, at_month(1, 9, '13:00'), 'internal', 'antivirus', 'removed', 3, 'EICAR', '192.168.1.23', 445);
SELECT detect(1, 11, 4000, 7, at_month(2, 9, '10:00'), 'inbound', 'ips', 'blocked', 4, 'ET SCAN SSH', '192.168.1.10', 22);
-- Five thousand by as many addresses, and half of them on the hour of the month's end, in its last minutes and after.
SELECT detect(3, 31, 10000, 5000, at_month(1, 2, '00:00'), 'inbound', 'ips', 'blocked', 4, 'ET SCAN SSH', '192.168.3.10', 22,
              5000);
SELECT detect(3, 31, 20000, 4, at_month(0, 1, '00:00') - interval '2 minutes', 'inbound', 'ips', 'blocked', 4, 'ET SCAN SSH',
              '192.168.3.10', 22);
SELECT detect(5, 51, 30000, 6, at_month(1, 6, '00:00'), 'inbound', 'ips', 'blocked', 5, 'ET SCAN SSH', '192.168.5.10', 22);
-- What is still to be correlated: no count has it yet.
INSERT INTO work (company_id, id_from, id_to, ts_from, ts_to) VALUES
    (1, 2100, 2100, at_month(1, 8, '10:00'), at_month(1, 8, '10:00'));

-- The counts, as the correlator keeps them.
CREATE PROCEDURE count_all() LANGUAGE sql AS $$
    DELETE FROM company_day;
    DELETE FROM company_month;
    INSERT INTO company_day SELECT company_id, (ts AT TIME ZONE 'Asia/Tokyo')::date, direction, engine, severity, action,
        sum(repeat_count) FROM alert a WHERE NOT EXISTS (SELECT FROM work w WHERE w.company_id = a.company_id
        AND a.id BETWEEN w.id_from AND w.id_to) GROUP BY 1, 2, 3, 4, 5, 6;
    INSERT INTO company_month SELECT company_id, date_trunc('month', day::timestamp)::date,
        coalesce(sum(detections) FILTER (WHERE direction = 'inbound' AND engine = 'ips'), 0),
        coalesce(sum(detections) FILTER (WHERE direction = 'inbound' AND engine = 'antivirus'), 0), 0, 0, 0,
        coalesce(sum(detections) FILTER (WHERE direction = 'outbound' AND engine = 'ips'), 0),
        coalesce(sum(detections) FILTER (WHERE direction = 'outbound' AND engine = 'antivirus'), 0),
        coalesce(sum(detections) FILTER (WHERE direction = 'outbound' AND engine = 'web'), 0), 0, 0,
        coalesce(sum(detections) FILTER (WHERE direction NOT IN ('inbound', 'outbound')), 0),
        coalesce(sum(detections) FILTER (WHERE direction = 'inbound' AND action <> 'allowed'), 0),
        coalesce(sum(detections) FILTER (WHERE direction = 'outbound' AND action <> 'allowed'), 0),
        coalesce(sum(detections) FILTER (WHERE engine = 'antivirus'), 0),
        coalesce(sum(detections) FILTER (WHERE engine = 'antivirus' AND action <> 'allowed'), 0)
        FROM company_day GROUP BY 1, 2;
$$;
CALL count_all();

-- Cases of company 1: one of the month, open when it ended, contained since; one carried from before; one that ended
-- before it; one of severity 4; one that was merged.
CREATE FUNCTION title_key(p_at timestamptz) RETURNS text LANGUAGE sql AS $$
    SELECT '2 ' || lpad(to_hex(((extract(epoch FROM p_at) * 1000000)::bigint::bit(64) # 'x8000000000000000'::bit(64))::bigint),
                        16, '0') || ' 0 198.51.100.7 3600' $$;
INSERT INTO incident (company_id, incident_id, no, first_ts, last_ts, direction, stage, severity, title, title_key, rule, reason,
                      alert_count, detection_count, blocked_count, state, merged_into) VALUES
    (1, 101, 1, at_month(1, 7, '10:00'), at_month(1, 7, '10:02'), 'outbound', 'reconnaissance', 2, 'ET MALWARE CnC Beacon',
     title_key(at_month(1, 7, '10:00')), 'base/1', '{"rule": "base/1"}', 3, 6, 0, 'contained', NULL),
    (1, 102, 2, at_month(2, 9, '10:00'), at_month(2, 9, '10:06'), 'inbound', 'none', 3, 'ET SCAN SSH', '', 'base/1', 'seen often',
     7, 7, 7, 'acknowledged', NULL),
    (1, 103, 3, at_month(3, 9, '10:00'), at_month(3, 9, '10:06'), 'inbound', 'none', 1, 'ET SCAN SSH', '', 'base/1', '',
     7, 7, 7, 'closed', NULL),
    (1, 104, 4, at_month(1, 3, '09:00'), at_month(1, 3, '09:39'), 'inbound', 'none', 4, 'ET SCAN SSH', '', 'base/1', '',
     40, 40, 40, 'open', NULL),
    (1, 105, 5, at_month(1, 3, '09:00'), at_month(1, 3, '09:39'), 'inbound', 'none', 1, 'ET SCAN SSH', '', 'base/1', '',
     40, 40, 40, 'merged', 101);
INSERT INTO incident_segment (company_id, key, first_ts, last_ts, is_cluster, incident_id) VALUES
    (1, 2000, at_month(1, 7, '10:00'), at_month(1, 7, '10:02'), true, 101);
INSERT INTO incident_clock (company_id, incident_id, event_at, received_at, raised_at, acknowledged_at, told_at, contained_at,
                            closed_at) VALUES
    (1, 101, at_month(1, 7, '10:00'), at_month(1, 7, '10:01'), at_month(1, 7, '10:02'), at_month(1, 7, '10:05'),
     at_month(1, 7, '10:12'), at_month(0, 1, '00:00'), NULL),
    (1, 103, at_month(3, 9, '10:00'), NULL, at_month(3, 9, '10:00'), NULL, NULL, NULL, at_month(1, 1, '00:00') - interval '1 s');

INSERT INTO member_request (company_id, request_id, incident_id, who, what, minutes, due_on, state, made_by, made_at) VALUES
    (1, 501, 101, '経理の方', 'ウイルス対策ソフトの全体検査', 60, month_of(0) - 1, 'open', 91, at_month(1, 8, '09:00')),
    (1, 502, NULL, '社長', '連絡先の見直し', NULL, month_of(1) + 3, 'open', 91, at_month(2, 20, '09:00')),
    (1, 503, NULL, '社長', '済んだこと', NULL, month_of(1) + 3, 'done', 91, at_month(1, 2, '09:00'));
INSERT INTO company_contact (company_id, name, reviewed_on) SELECT company_id, '代表', month_of(3) FROM company
    WHERE company_id IN (1, 2, 3, 7, 8);
INSERT INTO ticket (company_id, channel, category, subject, opened_by, opened_at, answered_at) VALUES
    (1, 'phone', 'virus', '相談', 91, at_month(1, 7, '10:12'), at_month(1, 7, '10:20')),
    (1, 'mail', 'virus', '相談', NULL, at_month(1, 20, '10:12'), NULL),
    (NULL, 'mail', 'other', '相談', NULL, at_month(1, 20, '10:12'), NULL),
    (1, 'phone', 'virus', '前の月', 91, at_month(2, 7, '10:12'), NULL);
INSERT INTO vendor (vendor_id, name) VALUES (1, '天満ITサービス');
INSERT INTO dispatch_order (company_id, order_id, kind, vendor_id, incident_id, state, company_name, place, contact_name,
                            contact_phone, task, requested_by, requested_at, arrived_at, entitled) VALUES
    (1, 601, 'onsite', 1, 101, 'approved', '山田精機', '本社', '社長', '06', '確認', 91, at_month(1, 7, '11:00'),
     at_month(1, 7, '14:00'), true),
    (1, 602, 'onsite', 1, 101, 'cancelled', '山田精機', '本社', '社長', '06', '確認', 91, at_month(1, 7, '11:00'), NULL, NULL);
INSERT INTO contract (company_id, contract_id, plan_id, is_member, from_day) VALUES (1, 701, 1, true, '2025-01-01');
INSERT INTO insurance_case (company_id, incident_id, contract_id, limit_yen, state, paid_yen, opened_by, opened_at, decided_at)
    VALUES (1, 101, 701, 300000, 'covered', 120000, 91, at_month(1, 10, '09:00'), at_month(1, 20, '09:00'));
