-- What test_report_delivery.sh and test_certificate_check.sh ask about.
-- Company 1: contacts 11 (ja, a link), 12 (en, wants the PDF), 13 was removed, 14 gets no reports, 15 bounced, 16 has no
-- mail address. Company 2: contact 21; company 3 has nobody. Reports: make_report(id, company, kind, month, ...).
INSERT INTO operator (name) VALUES ('試験商工会議所');
INSERT INTO company (company_id, operator_id, name, member_no) VALUES
    (1, 1, E'株式会社髙﨑<b>印刷</b>', 'A-1'), (2, 1, 'MARKER 商事', 'A-2'), (3, 1, '無人商店', 'A-3');
INSERT INTO company_contact (company_id, contact_id, position, name, email, language, gets_reports, attach_reports,
                             removed_at, bounced_at) VALUES
    (1, 12, 1, 'Smith', 'smith@naniwa.example', 'en', true, true, NULL, NULL),
    (1, 11, 2, '田中', 'tanaka@naniwa.example', 'ja', true, false, NULL, NULL),
    (1, 13, 3, '去', 'gone@naniwa.example', 'ja', true, false, now(), NULL),
    (1, 14, 4, '否', 'none@naniwa.example', 'ja', false, true, NULL, NULL),
    (1, 15, 5, '戻', 'back@naniwa.example', 'ja', true, false, NULL, now()),
    (2, 21, 1, '難波', 'namba@marker.example', 'ja', true, false, NULL, NULL);
INSERT INTO company_contact (company_id, contact_id, position, name, phone, phone_digits)
    VALUES (1, 16, 6, '電', '06-0000-0000', '0600000000');
INSERT INTO incident (company_id, incident_id, no, first_ts, last_ts, direction, stage, severity, title, title_key, rule,
                      reason, alert_count, detection_count, blocked_count)
    VALUES (1, 501, 5, now(), now(), 'outbound', 'command_and_control', 1, 'Beacon', 'key', 'rule', '{}', 3, 3, 1);

-- A report with its PDF, which says SECRET so many times.
CREATE FUNCTION make_report(p_id bigint, p_company bigint, p_kind text, p_month date, p_state text DEFAULT 'published',
                            p_replaces bigint DEFAULT NULL, p_issue int DEFAULT 1, p_times int DEFAULT 3000)
RETURNS void LANGUAGE sql AS $$
    INSERT INTO snapshot (company_id, snapshot_id, kind, month, incident_id, version, body, sha256, reason)
        VALUES (p_company, p_id, CASE p_kind WHEN 'monthly' THEN 'month' WHEN 'certificate' THEN p_kind ELSE 'case' END,
                p_month, CASE WHEN p_month IS NULL THEN 501 END, p_id, '{}', sha256('{}'), 'test');
    INSERT INTO report (company_id, report_id, kind, month, incident_id, snapshot_id, issue, replaces, issue_reason, language,
                        state, grade, published_at)
        VALUES (p_company, p_id, p_kind, p_month, CASE WHEN p_month IS NULL THEN 501 END, p_id, p_issue, p_replaces,
                CASE WHEN p_issue > 1 THEN 'REASON' ELSE '' END, 'ja', p_state, 'GRADE', now());
    INSERT INTO report_file (company_id, report_id, format, language, report_version, final, pages, sha256, content)
        SELECT p_company, p_id, 'pdf', 'ja', 1, true, 3, sha256(c), c
        FROM convert_to('%PDF-1.7 ' || p_id || repeat(E'SECRET\r\n.\r\n', p_times), 'UTF8') c
        WHERE p_state <> 'draft';
$$;
