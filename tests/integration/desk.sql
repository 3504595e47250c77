-- For test_desk.sh, on top of api_data.sql: people of the desk, of a second company and of two vendors, an incident.
SELECT person('hayashi@example.jp', '林 さくら', 'desk', NULL), person('kato@example.jp', '加藤', 'lead', NULL),
       person('okada@example.jp', '岡田', 'member', 2), person('suzuki@example.jp', '鈴木', 'analyst', 1),
       person('wall@example.jp', 'Wall', 'wall', NULL);
INSERT INTO calendar (calendar_id, name, timezone, rules) VALUES (2, 'いつも休み', 'Asia/Tokyo', '{}');
INSERT INTO vendor (vendor_id, name, areas, calendar_id, email, phone) VALUES
    (1, '東成テクノ', '{大阪市東成区,大阪市中央区}', NULL, 'orders@higashinari.example', '06-1111-2222'),
    (2, '吹田サポート', '{吹田市}', NULL, NULL, NULL),
    (3, 'どこでもIT', '{}', NULL, NULL, NULL),
    (4, '休業中', '{}', NULL, NULL, NULL),
    (5, '閉まっている', '{大阪市東成区}', 2, NULL, NULL);
UPDATE vendor SET active = false WHERE vendor_id = 4;
ALTER TABLE vendor ALTER COLUMN vendor_id RESTART WITH 101;
INSERT INTO app_user (email, display_name, role, scope_vendor, setup_sha256, setup_expires_at)
    SELECT email, name, 'vendor', vendor, sha256(email::bytea), now() + interval '1 day'
    FROM (VALUES ('mori@higashinari.example', '森', 1), ('abe@higashinari.example', '阿部', 1),
                 ('ueda@suita.example', '上田', 2)) v (email, name, vendor);
INSERT INTO incident (company_id, incident_id, no, first_ts, last_ts, direction, stage, severity, title, title_key, rule,
                      reason, alert_count, detection_count, blocked_count)
    VALUES (1, 9001, 1, now() - interval '1 hour', now(), 'outbound', 'command_and_control', 2, 'Beacon', 'key', 'rule', 'reason',
            1, 1, 1),
           (2, 9002, 1, now() - interval '1 hour', now(), 'outbound', 'command_and_control', 2, 'Beacon', 'key', 'rule', 'reason',
            1, 1, 1);
INSERT INTO incident_clock (company_id, incident_id, event_at, raised_at)
    SELECT company_id, incident_id, first_ts, created_at FROM incident;
