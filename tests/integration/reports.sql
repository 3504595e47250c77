-- A chamber that has been at work for a year and a month: companies with detections, cases and sensors, for the tests and
-- the bench of reports.
--
--   fill_chamber(members, month, kinds)   month: its first day, the last one with figures; kinds: rows of alerts of each
--                                         company in it (of several alerts each)
--
-- Company n is OS-<n>; what it had follows from n, so that it is the same each time. Every third has nothing outbound,
-- every 7th an incident of severity 3, every 20th one of severity 2, every 50th one of severity 1; every 25th was not seen
-- for half of the month; every 10th wants English.
CREATE FUNCTION fill_chamber(p_members integer, p_month date, p_kinds integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    zone constant text := 'Asia/Tokyo';
    last constant date := (p_month + interval '1 month' - interval '1 day')::date;
BEGIN
    INSERT INTO operator (name) VALUES ('試験商工会議所');
    INSERT INTO app_user (email, display_name, role) VALUES ('ito@example.jp', '伊藤 直子', 'lead'),
        ('kato@example.jp', '加藤 修', 'reporter');
    INSERT INTO plan (name, member_yen, other_yen, dispatches, from_day) VALUES ('お助け隊 標準', 6000, 7500, 2, '2020-01-01');
    INSERT INTO company (company_id, operator_id, name, member_no, industry, employees, area, report_language)
        SELECT n, 1, '会員企業 ' || n || ' 株式会社', 'OS-' || to_char(n, 'FM00000'),
               ('{製造業,卸売業,小売業,建設業,サービス業,運輸業}'::text[])[1 + n % 6], 3 + n * 7 % 290,
               ('{東成区,西淀川区,中央区,北区}'::text[])[1 + n % 4], CASE WHEN n % 10 = 0 THEN 'en' ELSE 'ja' END
        FROM generate_series(1, p_members) n;
    INSERT INTO company_contact (company_id, contact_id, name, email, language, reviewed_on)
        SELECT n, n, '担当 ' || n, 'member-' || n || '@example.jp', CASE WHEN n % 10 = 0 THEN 'en' ELSE 'ja' END, p_month
        FROM generate_series(1, p_members) n;
    INSERT INTO monitoring_span (company_id, from_day)
        SELECT n, p_month - interval '13 months' + n % 120 * interval '1 day' FROM generate_series(1, p_members) n;
    INSERT INTO contract (company_id, plan_id, is_member, from_day)
        SELECT n, 1, n % 3 > 0, p_month - interval '11 months' FROM generate_series(1, p_members) n;
    INSERT INTO sensor (company_id, sensor_id, name, state, created_at)
        SELECT n, n * 10 + s, ('{本社,工場}'::text[])[s], 'up', p_month - interval '14 months' FROM generate_series(1, p_members) n, generate_series(1, 2) s
        WHERE s = 1 OR n % 4 = 0;
    INSERT INTO sensor_health (company_id, sensor_id, last_seen_at, last_event_at, agent_version)
        SELECT company_id, sensor_id, (last + 1)::timestamp AT TIME ZONE zone, (last + 1)::timestamp AT TIME ZONE zone, '0.1.0'
        FROM sensor;
    INSERT INTO sensor_day (company_id, sensor_id, day, expected, received, heartbeats, hours_seen)
        SELECT s.company_id, s.sensor_id, d::date, 100, 100, 1440, 16777215
        FROM sensor s, generate_series(p_month::timestamp, last::timestamp, '1 day') d
        WHERE s.company_id % 25 > 0 OR extract(day FROM d) > 16;

    -- Thirteen months of counts; of the last the days too.
    INSERT INTO company_month (company_id, month, inbound_ips, inbound_web, outbound_ips, outbound_antivirus, elsewhere,
                               inbound_stopped, outbound_stopped, viruses, viruses_removed)
        SELECT n, (p_month - m * interval '1 month')::date, 40 + (n * 13 + m * 7) % 160, n % 3, CASE WHEN n % 3 > 0 THEN (n + m) % 5 ELSE 0 END,
               n % 2, 0, 35, 0, n % 2, n % 2
        FROM generate_series(1, p_members) n, generate_series(1, 12) m;

    -- One alert stands for several of its kind.
    INSERT INTO alert (company_id, id, ts, received_at, event_time, sensor_id, kind, format, source_ip, source_port,
                       destination_ip, destination_port, transport, direction, engine, severity, score, action,
                       signature_id, signature, category, technique, stage, community_id, flow_id, inside_ip,
                       attacker_ip, repeat_count, cluster_key, link_key, raw)
        SELECT n, n * 100000 + k, at.t, at.t, at.t, n * 10 + 1, 'alert', 'eve',
               CASE WHEN out THEN '192.168.1.' || 10 + k % 5 ELSE '198.51.100.' || 1 + (n + k) % 250 END::inet, 40000 + k,
               CASE WHEN out THEN '203.0.113.' || 1 + (n + k) % 250 ELSE '192.168.1.10' END::inet, CASE WHEN out THEN 443 ELSE 22 END,
               'tcp', CASE WHEN out THEN 'outbound' ELSE 'inbound' END, 'ips', CASE WHEN out THEN 3 ELSE 4 END, 50,
               CASE WHEN out THEN 'allowed' ELSE 'blocked' END, (2001000 + k)::text,
               CASE WHEN out THEN 'ET MALWARE Known Bad Beacon ' ELSE 'ET SCAN Potential SSH Scan ' END || k,
               CASE WHEN out THEN 'A Network Trojan was detected' ELSE 'Attempted Information Leak' END, '{}',
               CASE WHEN out THEN 'command-and-control' ELSE 'reconnaissance' END, '1:x', n * 1000 + k, '192.168.1.10',
               '198.51.100.7', 1 + k % 4, 1, 0, '\x007b7d'
        FROM generate_series(1, p_members) n, generate_series(1, p_kinds) k,
             LATERAL (SELECT k % 8 = 0 AND n % 3 > 0 AS out) o,
             LATERAL (SELECT (p_month + (n + k * 3) % 28)::timestamp AT TIME ZONE zone + k % 20 * interval '1 hour' AS t) at;
    INSERT INTO company_day (company_id, day, direction, engine, severity, action, detections)
        SELECT company_id, (ts AT TIME ZONE zone)::date, direction, engine, severity, action, sum(repeat_count)
        FROM alert GROUP BY 1, 2, 3, 4, 5, 6;
    INSERT INTO company_month (company_id, month, inbound_ips, outbound_ips, inbound_stopped, outbound_stopped)
        SELECT company_id, p_month, coalesce(sum(detections) FILTER (WHERE direction = 'inbound'), 0),
               coalesce(sum(detections) FILTER (WHERE direction = 'outbound'), 0),
               coalesce(sum(detections) FILTER (WHERE direction = 'inbound' AND action = 'blocked'), 0), 0
        FROM company_day GROUP BY 1;

    INSERT INTO incident (company_id, incident_id, no, first_ts, last_ts, created_at, direction, stage, severity, title,
                          title_key, rule, reason, alert_count, detection_count, blocked_count, state, disposition,
                          acknowledged_at, closed_at)
        SELECT n, n, 1, t, t + interval '1 hour', t + interval '1 minute', 'outbound', 'command-and-control',
               CASE WHEN n % 50 = 0 THEN 1 WHEN n % 20 = 0 THEN 2 ELSE 3 END, 'ET MALWARE Known Bad Beacon', 'key', 'rule',
               'reason', 3, 3, 0, CASE WHEN n % 40 = 0 THEN 'acknowledged' ELSE 'closed' END,
               CASE WHEN n % 40 > 0 THEN 'true_positive' END, t + interval '9 minutes',
               CASE WHEN n % 40 > 0 THEN t + interval '5 hours' END
        FROM generate_series(1, p_members) n,
             LATERAL (SELECT (p_month + n % 25)::timestamp AT TIME ZONE zone + interval '10 hours' AS t) at
        WHERE n % 7 = 0 OR n % 20 = 0;
    INSERT INTO incident_clock (company_id, incident_id, event_at, received_at, raised_at, acknowledged_at, told_at,
                                resolved_at, closed_at)
        SELECT company_id, incident_id, first_ts, first_ts, created_at, acknowledged_at, acknowledged_at + interval '10 minutes',
               closed_at, closed_at FROM incident;
    INSERT INTO incident_seq (company_id, last_no) SELECT company_id, 1 FROM incident;
    PERFORM setval(pg_get_serial_sequence('company', 'company_id'), p_members),
            setval(pg_get_serial_sequence('incident', 'incident_id'), p_members);
END
$$;

-- start_run(kind, month, state of the reports, user): one job for each, as server/store/report_run.c writes them. Gives the
-- number of the run.
CREATE FUNCTION start_run(p_kind text, p_month date, p_state text, p_user bigint) RETURNS bigint LANGUAGE sql AS $$
    WITH run AS (INSERT INTO report_run (kind, month, asked_by, total)
                 VALUES (p_kind, p_month, p_user,
                         CASE p_kind WHEN 'close' THEN 1 ELSE (SELECT count(*) FROM report
                             WHERE kind = 'monthly' AND month = p_month AND state = p_state) END) RETURNING run_id),
         close AS (INSERT INTO report_job (run_id, kind, company_id, month, asked_by)
                   SELECT run_id, 'close', 0, p_month, p_user FROM run WHERE p_kind = 'close'),
         each AS (INSERT INTO report_job (run_id, kind, company_id, report_id, asked_by)
                  SELECT run_id, p_kind, r.company_id, r.report_id, p_user FROM run, report r
                  WHERE p_kind <> 'close' AND r.kind = 'monthly' AND r.month = p_month AND r.state = p_state
                  ORDER BY r.company_id)
    SELECT run_id FROM run, pg_notify('hinomi_report', '')
$$;

-- alert_comes(company, id, ts, severity, key): one, as the collector brings it. Alerts of one key within an hour of another
-- are of one incident. Outbound ones count as severity 2 at least.
CREATE FUNCTION alert_comes(p_company bigint, p_id bigint, p_ts timestamptz, p_severity integer, p_key bigint,
                            p_direction text DEFAULT 'outbound') RETURNS void LANGUAGE sql AS $$
    INSERT INTO alert (company_id, id, ts, received_at, event_time, sensor_id, kind, format, source_ip, source_port,
                       destination_ip, destination_port, transport, direction, engine, severity, score, action,
                       signature_id, signature, category, technique, stage, community_id, flow_id, inside_ip,
                       attacker_ip, repeat_count, cluster_key, link_key, raw)
        VALUES (p_company, p_id, p_ts, now(), p_ts, p_company * 10 + 1, 'alert', 'eve', '192.168.1.77', 49000, '203.0.113.9', 443,
                'tcp', p_direction, 'ips', p_severity, 80, 'allowed', '2049999', 'ET MALWARE Known Bad Beacon',
                'A Network Trojan was detected', '{T1071}', 'command-and-control', '1:y', p_id, '192.168.1.77', '203.0.113.9', 1,
                p_key, 0, '\x007b7d');
    INSERT INTO work (company_id, id_from, id_to, ts_from, ts_to) VALUES (p_company, p_id, p_id, p_ts, p_ts);
    SELECT pg_notify('hinomi_work', '')
$$;
