-- For test_reports_api.sh, after api_data.sql: last month of three companies (1 with outbound detections that nobody
-- stopped, 2 and 3 quiet), all hours of it seen; an incident of company 1 and one of company 2; whoever has to do with
-- reports.
SELECT person('takagi@example.jp', '高木 主任', 'lead', NULL), person('ono@example.jp', '小野 報告', 'reporter', NULL),
       person('desk@example.jp', '窓口', 'desk', NULL), person('suzuki@example.jp', '鈴木', 'member', 2),
       person('lead1@example.jp', '一社の主任', 'lead', 1), person('wall@example.jp', '壁', 'wall', NULL),
       person('admin@example.jp', '管理者', 'admin', NULL);
INSERT INTO session (token_sha256, user_id, expires_at)
    SELECT sha256(split_part(email, '@', 1)::bytea), user_id, now() + interval '1 day' FROM app_user;
INSERT INTO company (company_id, operator_id, name, member_no, industry, employees) VALUES
    (3, 1, '静かな商店', 'OS-10003', '小売業', 4);
INSERT INTO monitoring_span (company_id, from_day) VALUES (3, '2026-01-01');
INSERT INTO sensor (company_id, sensor_id, name, state, created_at) VALUES (3, 31, '店', 'up', '2026-01-01');
UPDATE sensor SET created_at = '2026-01-01', state = 'up';
DELETE FROM sensor WHERE sensor_id = 12;
CREATE TABLE last_month AS SELECT (date_trunc('month', now() AT TIME ZONE 'Asia/Tokyo') - interval '1 month')::date AS day;
INSERT INTO sensor_day (company_id, sensor_id, day, expected, received, hours_seen)
    SELECT s.company_id, s.sensor_id, d::date, 24, 24, (1 << 24) - 1
    FROM sensor s, last_month m, generate_series(m.day, m.day + interval '1 month' - interval '1 day', '1 day') d;
INSERT INTO company_day (company_id, day, direction, engine, severity, action, detections)
    SELECT v.company, m.day + 9, v.direction, 'ips', 3, v.action, v.detections FROM last_month m,
        (VALUES (1, 'outbound', 'allowed', 3), (1, 'inbound', 'blocked', 52), (2, 'inbound', 'blocked', 7)) AS v (company, direction, action, detections);
INSERT INTO company_month (company_id, month, inbound_ips, inbound_stopped, outbound_ips)
    SELECT v.company, m.day, v.inbound, v.inbound, v.outbound FROM last_month m,
        (VALUES (1, 52, 3), (2, 7, 0)) AS v (company, inbound, outbound);
INSERT INTO incident (company_id, incident_id, no, first_ts, last_ts, direction, stage, severity, title, title_key, rule,
                      reason, alert_count, detection_count, blocked_count)
    SELECT c, c * 1000, 1, now() - interval '1 hour', now(), 'outbound', 'command_and_control', 2, '外への不審な通信', 'key', 'rule',
           '', 3, 3, 0 FROM generate_series(1, 2) c;
INSERT INTO company_contact (company_id, name, email) VALUES (1, '山田 社長', 'president@yamada.example.jp');
INSERT INTO contract (company_id, plan_id, is_member, from_day) SELECT 1, plan_id, true, '2026-01-01' FROM plan ORDER BY plan_id LIMIT 1;
