-- The service desk for test_isolation.sh, after isolation.sql: contact, contract, ticket and order c00 of company c, the
-- order with vendor c, whose person is vendorc. Ticket 300 is of no company. Whatever of company 2 (and of its vendor)
-- can be shown carries MARKER.
SELECT person(p, 'desk', c) FROM (VALUES ('desk1', 1), ('desk', NULL)) AS v (p, c) WHERE NOT EXISTS
    (SELECT FROM app_user WHERE email = p);
INSERT INTO vendor (vendor_id, name, areas, email, note)
    SELECT c, marked(c, 'vendor'), '{}', marked(c, 'mail'), marked(c, 'note') FROM generate_series(1, 2) c;
INSERT INTO app_user (email, display_name, role, scope_vendor) SELECT 'vendor' || c, 'vendor' || c, 'vendor', c FROM generate_series(1, 2) c;
INSERT INTO session (token_sha256, user_id, expires_at)
    SELECT sha256(email::bytea), user_id, now() + interval '1 day' FROM app_user WHERE role = 'vendor';
INSERT INTO company_contact (company_id, contact_id, name, role, email, phone, phone_digits)
    SELECT c, c * 100, marked(c, 'name'), marked(c, 'role'), marked(c, 'mail'), marked(c, 'phone'), '061234' || c FROM generate_series(1, 2) c;
INSERT INTO contract (company_id, contract_id, plan_id, is_member, from_day, to_day, insurance_no, note)
    SELECT c, c * 100, 1, true, '2020-01-01', '2020-12-31', marked(c, 'certificate'), marked(c, 'note') FROM generate_series(1, 2) c;
INSERT INTO ticket (ticket_id, company_id, channel, caller_name, caller_phone, caller_email, category, subject, body, incident_id, answer)
    SELECT c * 100, c, 'phone', marked(c, 'caller'), marked(c, 'phone'), marked(c, 'mail'), 'question', marked(c, 'subject'),
           marked(c, 'body'), c * 100, marked(c, 'answer') FROM generate_series(1, 2) c;
INSERT INTO ticket (ticket_id, channel, category, subject) VALUES (300, 'phone', 'question', 'MARKER of nobody');
INSERT INTO ticket_event (ticket_id, kind, for_member, body)
    SELECT t, 'note', t <> 300, '{"text": "MARKER note"}' FROM (VALUES (200), (300)) AS v (t);
INSERT INTO dispatch_order (company_id, order_id, kind, vendor_id, ticket_id, incident_id, company_name, place, contact_name, contact_phone,
                            task, requested_by)
    SELECT c, c * 100, 'onsite', c, c * 100, c * 100, marked(c, 'company'), marked(c, 'place'), marked(c, 'name'), marked(c, 'phone'),
           marked(c, 'task'), user_id FROM generate_series(1, 2) c JOIN app_user ON email = 'desk';
INSERT INTO dispatch_event (company_id, order_id, kind, side, body)
    SELECT c, c * 100, 'note', 'desk', jsonb_build_object('text', marked(c, 'text')) FROM generate_series(1, 2) c;
