-- 0009: figures by month, closed months, reports of members and of the chamber, their texts and their delivery.
--
-- What a month was is frozen in snapshots: JSON as text, hashed over these very bytes, never changed and never deleted;
-- a correction is a new version with a reason. Reports are drawn from snapshots alone.

-- ---------------------------------------------------------------------------------------------- figures

-- Detections per company and month (operator's zone, by ts), kept in the correlator's transaction beside company_day and
-- always its sum: a table over 13 months of all companies reads one row for each company and month.
CREATE TABLE company_month (
    company_id         bigint NOT NULL,
    month              date NOT NULL,        -- its first day
    inbound_ips        bigint NOT NULL DEFAULT 0,
    inbound_antivirus  bigint NOT NULL DEFAULT 0,
    inbound_web        bigint NOT NULL DEFAULT 0,
    inbound_dns        bigint NOT NULL DEFAULT 0,
    inbound_other      bigint NOT NULL DEFAULT 0,
    outbound_ips       bigint NOT NULL DEFAULT 0,
    outbound_antivirus bigint NOT NULL DEFAULT 0,
    outbound_web       bigint NOT NULL DEFAULT 0,
    outbound_dns       bigint NOT NULL DEFAULT 0,
    outbound_other     bigint NOT NULL DEFAULT 0,
    elsewhere          bigint NOT NULL DEFAULT 0,   -- of the other directions, all engines
    inbound_stopped    bigint NOT NULL DEFAULT 0,   -- of these, blocked or removed
    outbound_stopped   bigint NOT NULL DEFAULT 0,
    viruses            bigint NOT NULL DEFAULT 0,   -- of the antivirus engine, all directions
    viruses_removed    bigint NOT NULL DEFAULT 0,   -- of these, blocked or removed
    PRIMARY KEY (company_id, month)
);
CREATE INDEX company_month_month ON company_month (month, company_id);
INSERT INTO company_month
SELECT company_id, date_trunc('month', day::timestamp)::date,
       coalesce(sum(detections) FILTER (WHERE direction = 'inbound' AND engine = 'ips'), 0),
       coalesce(sum(detections) FILTER (WHERE direction = 'inbound' AND engine = 'antivirus'), 0),
       coalesce(sum(detections) FILTER (WHERE direction = 'inbound' AND engine = 'web'), 0),
       coalesce(sum(detections) FILTER (WHERE direction = 'inbound' AND engine = 'dns'), 0),
       coalesce(sum(detections) FILTER (WHERE direction = 'inbound' AND engine = 'other'), 0),
       coalesce(sum(detections) FILTER (WHERE direction = 'outbound' AND engine = 'ips'), 0),
       coalesce(sum(detections) FILTER (WHERE direction = 'outbound' AND engine = 'antivirus'), 0),
       coalesce(sum(detections) FILTER (WHERE direction = 'outbound' AND engine = 'web'), 0),
       coalesce(sum(detections) FILTER (WHERE direction = 'outbound' AND engine = 'dns'), 0),
       coalesce(sum(detections) FILTER (WHERE direction = 'outbound' AND engine = 'other'), 0),
       coalesce(sum(detections) FILTER (WHERE direction NOT IN ('inbound', 'outbound')), 0),
       coalesce(sum(detections) FILTER (WHERE direction = 'inbound' AND action IN ('blocked', 'removed')), 0),
       coalesce(sum(detections) FILTER (WHERE direction = 'outbound' AND action IN ('blocked', 'removed')), 0),
       coalesce(sum(detections) FILTER (WHERE engine = 'antivirus'), 0),
       coalesce(sum(detections) FILTER (WHERE engine = 'antivirus' AND action IN ('blocked', 'removed')), 0)
FROM company_day GROUP BY 1, 2;

-- Hours of the day (operator's zone, our clock) in which the sensor brought anything, a heartbeat too: bit 0 is midnight.
-- NULL: a day from before this was kept; it counts as seen throughout when anything came on it.
ALTER TABLE sensor_day ADD COLUMN hours_seen integer;
-- The bit of a moment's hour; with it that of the hour just before it which the clock skipped (summer time begins): nobody
-- can be heard in that one, and a day still counts 24.
CREATE FUNCTION hour_bits(p_at timestamptz, p_zone text) RETURNS integer LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT (1 << h.at) | CASE WHEN (h.at - h.before + 24) % 24 = 2 THEN 1 << (h.at + 23) % 24 ELSE 0 END
          FROM (SELECT extract(hour FROM p_at AT TIME ZONE p_zone)::integer AS at,
                       extract(hour FROM (p_at - interval '1 hour') AT TIME ZONE p_zone)::integer AS before) h $$;

-- The language of a company's reports.
ALTER TABLE company ADD COLUMN report_language text NOT NULL DEFAULT 'ja' CHECK (report_language IN ('ja', 'en'));
-- Who gets the reports, and whether as an attachment: only where the member asked for it.
ALTER TABLE company_contact ADD COLUMN gets_reports boolean NOT NULL DEFAULT true;
ALTER TABLE company_contact ADD COLUMN attach_reports boolean NOT NULL DEFAULT false;

-- ---------------------------------------------------------------------------------------------- closed months

-- A closing of a month, and with it the chamber's own figures: server/model/chamber_month.h is the document.
-- Append-only; the newest version counts.
CREATE TABLE month_close (
    month        date NOT NULL,
    version      integer NOT NULL CHECK (version >= 1),
    body         text NOT NULL,
    sha256       bytea NOT NULL CHECK (sha256 = sha256(convert_to(body, 'UTF8'))),
    reason       text NOT NULL DEFAULT '',   -- of versions after the first
    changes      jsonb NOT NULL DEFAULT '[]', -- what differs from the version before (server/model/snapshot_diff.h)
    made_by      bigint REFERENCES app_user (user_id),   -- NULL: by itself on the business day
    made_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (month, version),
    CHECK (version = 1 OR reason <> '')
);

-- What a report is drawn from. kind month: server/model/member_month.h, one of each company at each closing that changed
-- it; case: server/model/case_report.h; certificate: server/model/monitoring_certificate.h. Append-only.
CREATE TABLE snapshot (
    company_id   bigint NOT NULL REFERENCES company (company_id) ON DELETE CASCADE,
    snapshot_id  bigint GENERATED BY DEFAULT AS IDENTITY,
    kind         text NOT NULL CHECK (kind IN ('month', 'case', 'certificate')),
    month        date,                       -- month: its first day; certificate: of the last of its months
    incident_id  bigint,                     -- case
    version      integer NOT NULL CHECK (version >= 1),   -- of this month, incident or certificate
    body         text NOT NULL,
    sha256       bytea NOT NULL CHECK (sha256 = sha256(convert_to(body, 'UTF8'))),
    reason       text NOT NULL DEFAULT '',
    changes      jsonb NOT NULL DEFAULT '[]',
    made_by      bigint,
    made_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (company_id, snapshot_id),
    UNIQUE NULLS NOT DISTINCT (company_id, kind, month, incident_id, version),
    CHECK ((kind = 'case') = (incident_id IS NOT NULL) AND (kind <> 'case') = (month IS NOT NULL)),
    CHECK (version = 1 OR reason <> '')
);
CREATE INDEX snapshot_month ON snapshot (month, kind, company_id);

-- ---------------------------------------------------------------------------------------------- reports

-- A report on its way to a member: draft -> (comment) -> approved -> published -> sent, opened. monthly; of a case: first
-- (速報), interim (続報), final (最終報告); certificate (継続監視証明書). A correction of a published one is a new row.
CREATE TABLE report (
    company_id   bigint NOT NULL REFERENCES company (company_id) ON DELETE CASCADE,
    report_id    bigint GENERATED BY DEFAULT AS IDENTITY,   -- shown as R-<number>
    kind         text NOT NULL CHECK (kind IN ('monthly', 'first', 'interim', 'final', 'certificate')),
    month        date,                       -- monthly, certificate
    incident_id  bigint,                     -- first, interim, final
    snapshot_id  bigint NOT NULL,
    issue        integer NOT NULL DEFAULT 1 CHECK (issue >= 1),  -- 2 and more: issued again (interim: its number),
    replaces     bigint,                     -- instead of this report,
    issue_reason text NOT NULL DEFAULT '',   -- and why: the member reads it
    language     text NOT NULL CHECK (language IN ('ja', 'en')),
    state        text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'approved', 'published', 'withdrawn')),
    grade        text NOT NULL DEFAULT '',   -- monthly: server/model/weather.h
    needs_comment boolean NOT NULL DEFAULT false,  -- a person must say something before it is approved
    made_by      bigint REFERENCES app_user (user_id),   -- who made the draft by hand: another approves it; NULL: by itself
    comment      text CHECK (length(comment) <= 2000),   -- the analyst's, shown in the report (総評)
    comment_by   bigint REFERENCES app_user (user_id),
    comment_at   timestamptz,
    approved_by  bigint REFERENCES app_user (user_id),   -- another person than comment_by
    approved_at  timestamptz,
    published_by bigint REFERENCES app_user (user_id),   -- NULL with published_at: by itself (速報)
    published_at timestamptz,
    sent_at      timestamptz,                -- the first notice was handed over
    opened_at    timestamptz,                -- somebody of the member opened it first
    withdrawn_at timestamptz,
    withdraw_reason text,
    error        text,                       -- why it could not be drawn, the last time
    version      bigint NOT NULL DEFAULT 1,  -- ETag
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (company_id, report_id),
    UNIQUE NULLS NOT DISTINCT (company_id, kind, month, incident_id, issue),
    FOREIGN KEY (company_id, snapshot_id) REFERENCES snapshot (company_id, snapshot_id),
    CHECK (approved_by IS NULL OR comment_by IS NULL OR approved_by <> comment_by),
    CHECK (approved_by IS NULL OR made_by IS NULL OR approved_by <> made_by),
    CHECK (issue = 1 OR issue_reason <> '' OR (kind = 'interim' AND replaces IS NULL))
);
CREATE INDEX report_month ON report (month, kind, company_id);
CREATE INDEX report_id ON report (report_id);
CREATE INDEX report_incident ON report (company_id, incident_id) WHERE incident_id IS NOT NULL;

-- What was drawn. of a published report once and for ever; of a draft until it changes (state: the report's version).
CREATE TABLE report_file (
    company_id   bigint NOT NULL,
    report_id    bigint NOT NULL,
    format       text NOT NULL CHECK (format IN ('pdf', 'xlsx', 'csv', 'json', 'png')),
    language     text NOT NULL CHECK (language IN ('ja', 'en')),
    page         integer NOT NULL DEFAULT 0, -- png: 1..; others 0
    pages        integer NOT NULL DEFAULT 0, -- how many the document has
    report_version bigint NOT NULL,          -- of the report when it was drawn
    final        boolean NOT NULL,           -- drawn when published: this is what the member got
    sha256       bytea NOT NULL CHECK (length(sha256) = 32),
    content      bytea NOT NULL,
    made_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (company_id, report_id, format, language, page),
    FOREIGN KEY (company_id, report_id) REFERENCES report (company_id, report_id) ON DELETE CASCADE
);
ALTER TABLE report_file ALTER COLUMN content SET STORAGE EXTERNAL;   -- compressed already
CREATE INDEX report_file_draft ON report_file (made_at) WHERE NOT final;

-- Files of the chamber's own report.
CREATE TABLE chamber_file (
    month        date NOT NULL,
    version      integer NOT NULL,
    format       text NOT NULL CHECK (format IN ('pdf', 'xlsx', 'csv', 'json', 'png')),
    language     text NOT NULL CHECK (language IN ('ja', 'en')),
    page         integer NOT NULL DEFAULT 0,
    pages        integer NOT NULL DEFAULT 0,
    sha256       bytea NOT NULL CHECK (length(sha256) = 32),
    content      bytea NOT NULL,
    made_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (month, version, format, language, page),
    FOREIGN KEY (month, version) REFERENCES month_close (month, version)
);
ALTER TABLE chamber_file ALTER COLUMN content SET STORAGE EXTERNAL;

-- 継続監視証明書: what its check page answers from. number is shown as KM-<number>.
CREATE TABLE certificate (
    company_id   bigint NOT NULL,
    report_id    bigint NOT NULL,
    number       bigint GENERATED BY DEFAULT AS IDENTITY,
    code         text NOT NULL CHECK (length(code) = 16),   -- 80 random bits, base32: on the paper, and nowhere else
    issued_on    date NOT NULL,
    valid_until  date NOT NULL,
    revoked_at   timestamptz,
    revoke_reason text,
    PRIMARY KEY (company_id, report_id),
    FOREIGN KEY (company_id, report_id) REFERENCES report (company_id, report_id) ON DELETE CASCADE
);
CREATE INDEX certificate_number ON certificate (number);
-- For anybody: valid or not, and nothing else. A certificate that was not published is not valid.
CREATE FUNCTION certificate_valid(p_number bigint, p_code text) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
    AS $$ SELECT EXISTS (SELECT FROM certificate c JOIN report r ON r.company_id = c.company_id AND r.report_id = c.report_id
                         WHERE c.number = p_number AND c.code = p_code AND c.revoked_at IS NULL AND r.state = 'published'
                           AND (now() AT TIME ZONE (SELECT timezone FROM operator ORDER BY operator_id LIMIT 1))::date
                               BETWEEN c.issued_on AND c.valid_until) $$;
REVOKE ALL ON FUNCTION certificate_valid(bigint, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION certificate_valid(bigint, text) TO hinomi_api;

-- To whom a published report was sent, and when it was first opened.
CREATE TABLE report_delivery (
    company_id   bigint NOT NULL,
    report_id    bigint NOT NULL,
    delivery_id  bigint GENERATED BY DEFAULT AS IDENTITY,
    contact_id   bigint,                     -- NULL: an address given by hand
    address      text NOT NULL,
    language     text NOT NULL CHECK (language IN ('ja', 'en')),
    attached     boolean NOT NULL,
    outbox_id    uuid NOT NULL,              -- the notice; it is forgotten sooner than this row
    asked_by     bigint,                     -- NULL: by itself
    asked_at     timestamptz NOT NULL DEFAULT now(),
    handed_over_at timestamptz,              -- the mail server took it
    failed_at    timestamptz,                -- refused, or came back
    opened_at    timestamptz,                -- first opened, and
    opened_by    text,                       -- how: code, or the signed-in person's address
    wrong_codes  integer NOT NULL DEFAULT 0, -- ever given by whoever has the link: it takes only so many
    PRIMARY KEY (company_id, delivery_id),
    FOREIGN KEY (company_id, report_id) REFERENCES report (company_id, report_id) ON DELETE CASCADE
);
CREATE INDEX report_delivery_report ON report_delivery (company_id, report_id);
CREATE INDEX report_delivery_notice ON report_delivery (outbox_id);
-- One-time codes to open a report without a login: six digits, mailed to the address that has the link.
CREATE TABLE report_code (
    company_id   bigint NOT NULL,
    delivery_id  bigint NOT NULL,
    code_id      bigint GENERATED BY DEFAULT AS IDENTITY,
    code_sha256  bytea NOT NULL CHECK (length(code_sha256) = 32),   -- of company, delivery and digits
    made_at      timestamptz NOT NULL DEFAULT now(),
    tries        integer NOT NULL DEFAULT 0,
    used_at      timestamptz,
    PRIMARY KEY (company_id, delivery_id, code_id),
    FOREIGN KEY (company_id, delivery_id) REFERENCES report_delivery (company_id, delivery_id) ON DELETE CASCADE
);

-- ---------------------------------------------------------------------------------------------- work for the reporter

-- What people or the calendar asked for, with how far it is: close (a month), draw, approve, publish, send (many reports).
CREATE TABLE report_run (
    run_id       bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    kind         text NOT NULL CHECK (kind IN ('close', 'draw', 'approve', 'publish', 'send')),
    month        date NOT NULL,
    total        integer NOT NULL DEFAULT 0,
    done         integer NOT NULL DEFAULT 0,
    failed       integer NOT NULL DEFAULT 0,
    state        text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'done', 'stopped')),
    error        text,                       -- of the run as a whole
    reason       text NOT NULL DEFAULT '',   -- close: of a version after the first
    asked_by     bigint REFERENCES app_user (user_id),   -- NULL: by itself
    asked_at     timestamptz NOT NULL DEFAULT now(),
    finished_at  timestamptz
);
CREATE INDEX report_run_made ON report_run (asked_at);

-- One piece of work, claimed under a lease; deleted in the transaction that did it. What failed three times stays with its
-- error, and never holds up the others.
CREATE TABLE report_job (
    job_id       bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    run_id       bigint REFERENCES report_run (run_id) ON DELETE CASCADE,   -- NULL: by itself
    kind         text NOT NULL CHECK (kind IN ('close', 'draw', 'draw_chamber', 'approve', 'publish', 'send', 'first_report')),
    company_id   bigint NOT NULL,            -- 0: none
    report_id    bigint,                     -- draw, approve, publish, send
    incident_id  bigint,                     -- first_report
    month        date,                       -- close, draw_chamber
    format       text, language text, page integer,   -- draw: what; NULL: the PDF in the report's language
    priority     smallint NOT NULL DEFAULT 5,    -- 1: somebody waits for it
    attempts     integer NOT NULL DEFAULT 0, -- that ended with an error
    crashes      integer NOT NULL DEFAULT 0, -- claims whose end nobody has seen; counted before the work
    not_before   timestamptz NOT NULL DEFAULT now(),
    lease_until  timestamptz,
    error        text,
    failed_at    timestamptz,                -- given up
    asked_by     bigint,
    asked_at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX report_job_due ON report_job (priority, job_id) WHERE failed_at IS NULL;
CREATE INDEX report_job_run ON report_job (run_id);
CREATE INDEX report_job_of_company ON report_job (company_id);
-- One first report of an incident is asked for, however often it becomes graver meanwhile.
CREATE UNIQUE INDEX report_job_first ON report_job (company_id, incident_id) WHERE kind = 'first_report' AND failed_at IS NULL;
-- Months of which the leads were told that reports are late: once.
CREATE TABLE report_overdue (
    month        date PRIMARY KEY,
    told_at      timestamptz NOT NULL DEFAULT now()
);

-- ---------------------------------------------------------------------------------------------- texts

-- Texts of reports that the chamber changed; what is not here is as shipped (server/model/report_text.h).
CREATE TABLE report_text (
    key          text NOT NULL,
    language     text NOT NULL CHECK (language IN ('ja', 'en')),
    version      bigint NOT NULL,
    text         text,                       -- NULL: back to the shipped one
    saved_by     bigint NOT NULL REFERENCES app_user (user_id),
    saved_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (key, language, version)
);

-- What detections are called in plain words: of the rows that fit, the first by position (server/model/plain_words.h).
CREATE TABLE plain_word (
    word_id      bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    position     integer NOT NULL,
    direction    text CHECK (direction IN ('inbound', 'outbound', 'internal', 'external', 'unknown')),   -- NULL: any
    engine       text CHECK (engine IN ('ips', 'antivirus', 'web', 'dns', 'other')),
    stage        text,
    category     text CHECK (length(category) BETWEEN 1 AND 200),     -- part of it, whatever the case
    signature    text CHECK (length(signature) BETWEEN 1 AND 200),    -- likewise
    ja           text NOT NULL CHECK (length(ja) BETWEEN 1 AND 100),
    en           text NOT NULL CHECK (length(en) BETWEEN 1 AND 200),
    advice_ja    text NOT NULL DEFAULT '' CHECK (length(advice_ja) <= 500),
    advice_en    text NOT NULL DEFAULT '' CHECK (length(advice_en) <= 500),
    minutes      integer CHECK (minutes > 0),    -- how long the advice takes
    version      bigint NOT NULL DEFAULT 1,
    removed_at   timestamptz,
    changed_by   bigint REFERENCES app_user (user_id),
    changed_at   timestamptz NOT NULL DEFAULT now()
);

-- As shipped: what our sensors and rules call it on the left, what a president reads on the right. Names that say most come
-- first, then kinds, then stages; what none of them fits gets the words of the last resort (server/model/plain_words.c).
-- Advice only where a computer inside may be the cause.
INSERT INTO plain_word (word_id, position, direction, engine, stage, category, signature, ja, en, advice_ja, advice_en, minutes)
SELECT w.n, w.n, w.direction, w.engine, w.stage, w.category, w.signature, w.ja, w.en, coalesce(a.ja, ''), coalesce(a.en, ''), a.minutes
FROM (VALUES
    (1, NULL::text, NULL::text, NULL::text, NULL::text, 'EICAR',
     '動作確認用の見本（害のないファイル）', 'a harmless test file', NULL::text),
    (2, NULL, NULL, NULL, NULL, 'ransom',
     'データを人質に取るウイルスの動き', 'activity of ransomware', 'cut'),
    (3, NULL, NULL, NULL, NULL, 'kill chain',
     '攻撃が段階を追って進んでいる疑い', 'an attack that seems to go on step by step', 'cut'),
    (4, 'outbound', NULL, NULL, NULL, 'stealer',
     '情報を盗み出すウイルスの通信', 'traffic of malware that steals information', 'passwords'),
    (5, 'outbound', NULL, NULL, NULL, 'exfil',
     '社内の情報を外へ送ろうとする通信', 'an attempt to send information out', 'passwords'),
    (6, 'outbound', NULL, NULL, NULL, 'malware sends data',
     '社内の情報を外へ送ろうとする通信', 'an attempt to send information out', 'passwords'),
    (7, 'outbound', NULL, NULL, 'credential theft', NULL,
     '盗んだ利用者名やパスワードを送る通信', 'stolen names and passwords on their way out', 'passwords'),
    (8, 'outbound', NULL, NULL, 'mining', NULL,
     '機器の力を勝手に使う通信（暗号資産づくり）', 'hidden mining of crypto currency', 'scan'),
    (9, 'outbound', NULL, NULL, NULL, 'miner',
     '機器の力を勝手に使う通信（暗号資産づくり）', 'hidden mining of crypto currency', 'scan'),
    (10, 'outbound', NULL, NULL, NULL, 'mining',
     '機器の力を勝手に使う通信（暗号資産づくり）', 'hidden mining of crypto currency', 'scan'),
    (11, 'outbound', NULL, NULL, 'command and control', NULL,
     '機器を外から操る相手との通信', 'contact with somebody who controls devices from outside', 'cut'),
    (12, 'outbound', NULL, NULL, 'used for c2', NULL,
     '機器を外から操る相手との通信', 'contact with somebody who controls devices from outside', 'cut'),
    (13, 'outbound', NULL, NULL, NULL, 'botnet',
     '機器を外から操る相手との通信', 'contact with somebody who controls devices from outside', 'cut'),
    (14, 'outbound', NULL, NULL, NULL, 'command server',
     '機器を外から操る相手との通信', 'contact with somebody who controls devices from outside', 'cut'),
    (15, 'outbound', NULL, NULL, 'network trojan', NULL,
     'ウイルスの疑いがある通信', 'traffic that looks like a virus', 'scan'),
    (16, 'outbound', NULL, NULL, NULL, 'abuse.ch',
     'ウイルスの疑いがある通信', 'traffic that looks like a virus', 'scan'),
    (17, 'outbound', NULL, NULL, NULL, 'malware',
     'ウイルスの疑いがある通信', 'traffic that looks like a virus', 'scan'),
    (18, 'outbound', NULL, NULL, NULL, 'backdoor',
     'ウイルスの疑いがある通信', 'traffic that looks like a virus', 'scan'),
    (19, 'outbound', NULL, NULL, NULL, 'phish',
     'にせのサイトへの接続', 'contact with a fake site', 'fake'),
    (20, 'outbound', NULL, NULL, 'social engineering', NULL,
     'にせのサイトへの接続', 'contact with a fake site', 'fake'),
    (21, 'outbound', NULL, NULL, NULL, 'malicious',
     'ウイルスを配るサイトへの接続', 'contact with a site that spreads viruses', 'scan'),
    (22, 'outbound', NULL, NULL, 'exploit kit', NULL,
     '見ただけで感染させるサイトへの接続', 'contact with a site that infects whoever looks at it', 'scan'),
    (23, NULL, NULL, NULL, NULL, ' tor ',
     '相手先を隠す仕組みを使った通信', 'traffic that hides whom it goes to', 'ask'),
    (24, NULL, NULL, NULL, NULL, 'tor session',
     '相手先を隠す仕組みを使った通信', 'traffic that hides whom it goes to', 'ask'),
    (25, NULL, NULL, NULL, NULL, 'tor in use',
     '相手先を隠す仕組みを使った通信', 'traffic that hides whom it goes to', 'ask'),
    (26, 'outbound', NULL, NULL, NULL, 'tunnel',
     '別の通信に見せかけて外へ抜ける通信', 'traffic disguised as something else', 'scan'),
    (27, 'outbound', NULL, NULL, NULL, 'remote control program',
     '遠隔操作ソフトの通信', 'traffic of remote control programs', 'ask'),
    (28, 'outbound', NULL, NULL, NULL, 'data leaves',
     'いつもより多いデータの送信', 'more data than usual sent out', 'ask'),
    (29, 'outbound', NULL, NULL, NULL, 'large upload',
     'いつもより多いデータの送信', 'more data than usual sent out', 'ask'),
    (30, 'outbound', NULL, NULL, NULL, 'torrent',
     'ファイル共有ソフトの通信', 'traffic of file sharing programs', 'ask'),
    (31, 'outbound', NULL, NULL, NULL, 'p2p',
     'ファイル共有ソフトの通信', 'traffic of file sharing programs', 'ask'),
    (32, 'outbound', NULL, NULL, 'unwanted program', NULL,
     '広告などの不要なソフトの通信', 'traffic of unwanted programs', 'ask'),
    (33, 'outbound', NULL, NULL, NULL, 'generated names',
     'でたらめな名前のサイトを探す通信', 'look-ups of made-up site names', 'scan'),
    (34, 'outbound', NULL, NULL, NULL, 'random-looking',
     'でたらめな名前のサイトを探す通信', 'look-ups of made-up site names', 'scan'),
    (35, 'outbound', NULL, NULL, NULL, 'dns query',
     '不審なサイトの宛先調べ', 'look-ups of suspicious sites', 'scan'),
    (36, 'outbound', NULL, NULL, 'denial of service', NULL,
     'よそへ大量に送りつける通信', 'a flood of traffic to somebody else', 'cut'),
    (37, 'outbound', NULL, NULL, 'privilege gain', NULL,
     '社内の機器からよそへの攻撃', 'an attack on somebody else from inside', 'cut'),
    (38, 'outbound', NULL, NULL, 'web application attack', NULL,
     '社内の機器からよそへの攻撃', 'an attack on somebody else from inside', 'cut'),
    (39, 'outbound', NULL, NULL, 'network scan', NULL,
     '社内の機器からよその機器を探し回る通信', 'searching of other networks from inside', 'scan'),
    (40, 'outbound', NULL, NULL, 'external ip', NULL,
     '外から見た自社のアドレスを調べる通信', 'a device asking for its own address on the Internet', NULL),
    (41, 'outbound', NULL, NULL, 'ftgd_blk', NULL,
     '見せない設定にしているサイトへの接続', 'contact with a site that your settings block', NULL),
    (42, 'outbound', NULL, NULL, NULL, 'web filter',
     '見せない設定にしているサイトへの接続', 'contact with a site that your settings block', NULL),
    (43, 'outbound', NULL, NULL, 'privacy violation', NULL,
     '仕事では使わないことの多い通信', 'traffic that is rarely part of work', NULL),
    (44, NULL, NULL, NULL, 'not suspicious', NULL,
     '機器の更新などのふだんの通信', 'everyday traffic such as updates', NULL),
    (45, 'inbound', NULL, NULL, NULL, 'log4',
     '業務用ソフトの弱点をねらう攻撃', 'attacks on a flaw in business software', NULL),
    (46, 'inbound', NULL, NULL, NULL, 'sql injection',
     'ホームページからデータを抜き取ろうとする攻撃', 'attempts to draw data out of your web site', NULL),
    (47, 'inbound', NULL, NULL, NULL, 'web shell',
     'ホームページに裏口を作ろうとする攻撃', 'attempts to build a back door into your web site', NULL),
    (48, 'inbound', NULL, NULL, NULL, 'webshell',
     'ホームページに裏口を作ろうとする攻撃', 'attempts to build a back door into your web site', NULL),
    (49, NULL, NULL, NULL, NULL, 'password',
     'パスワードを当てようとする攻撃', 'guessing of passwords', NULL),
    (50, 'inbound', NULL, NULL, NULL, 'brute',
     'パスワードを当てようとする攻撃', 'guessing of passwords', NULL),
    (51, 'inbound', NULL, NULL, 'username', NULL,
     'パスワードを当てようとする攻撃', 'guessing of passwords', NULL),
    (52, 'inbound', NULL, NULL, NULL, 'vpn',
     '社外から社内へつなぐ入り口への攻撃', 'attacks on your remote access', NULL),
    (53, 'inbound', NULL, NULL, NULL, 'remote desktop',
     '遠隔操作の入り口を探す通信', 'searching for remote control', NULL),
    (54, 'inbound', NULL, NULL, NULL, 'terminal server',
     '遠隔操作の入り口を探す通信', 'searching for remote control', NULL),
    (55, 'inbound', NULL, NULL, NULL, 'ssh',
     '遠隔操作の入り口を探す通信', 'searching for remote control', NULL),
    (56, 'inbound', NULL, NULL, NULL, 'sip',
     '電話の設備をねらう通信', 'searching for telephone systems', NULL),
    (57, 'inbound', NULL, NULL, NULL, 'worm',
     '自分で広がるウイルスからの攻撃', 'attacks of viruses that spread by themselves', NULL),
    (58, 'inbound', NULL, NULL, 'denial of service', NULL,
     '大量に送りつけて止めようとする攻撃', 'floods meant to stop your connection', NULL),
    (59, 'inbound', NULL, NULL, NULL, 'flood',
     '大量に送りつけて止めようとする攻撃', 'floods meant to stop your connection', NULL),
    (60, 'inbound', NULL, NULL, NULL, 'reputation',
     '評判の悪い相手からの通信', 'traffic from ill-famed addresses', NULL),
    (61, 'inbound', NULL, NULL, NULL, 'block list',
     '評判の悪い相手からの通信', 'traffic from ill-famed addresses', NULL),
    (62, 'inbound', NULL, NULL, NULL, 'spamhaus',
     '評判の悪い相手からの通信', 'traffic from ill-famed addresses', NULL),
    (63, 'inbound', NULL, NULL, 'web application', NULL,
     'ホームページの弱点をねらう攻撃', 'attacks on flaws of web sites', NULL),
    (64, 'inbound', NULL, NULL, NULL, 'web_server',
     'ホームページの弱点をねらう攻撃', 'attacks on flaws of web sites', NULL),
    (65, 'inbound', NULL, NULL, 'privilege gain', NULL,
     '機器を乗っ取ろうとする攻撃', 'attempts to take devices over', NULL),
    (66, 'inbound', NULL, NULL, 'executable code', NULL,
     '機器を乗っ取ろうとする攻撃', 'attempts to take devices over', NULL),
    (67, 'inbound', NULL, NULL, NULL, 'scan',
     '入り口を探す通信（下調べ）', 'searching for a way in', NULL),
    (68, 'inbound', NULL, NULL, 'scan', NULL,
     '入り口を探す通信（下調べ）', 'searching for a way in', NULL),
    (69, 'inbound', NULL, NULL, 'information leak', NULL,
     '社内の様子をのぞこうとする通信', 'attempts to look inside', NULL),
    (70, 'inbound', NULL, NULL, 'misc attack', NULL,
     '評判の悪い相手からの通信', 'traffic from ill-famed addresses', NULL),
    (71, 'internal', NULL, NULL, NULL, 'psexec',
     '別の機器でプログラムを動かす操作', 'a program started on another device', 'ask'),
    (72, 'internal', NULL, NULL, NULL, 'program started on another host',
     '別の機器でプログラムを動かす操作', 'a program started on another device', 'ask'),
    (73, 'internal', NULL, NULL, 'privilege gain', NULL,
     '社内のほかの機器に入り込もうとする通信', 'attempts to get into other devices inside', 'cut'),
    (74, 'internal', NULL, NULL, NULL, 'attack',
     '社内のほかの機器に入り込もうとする通信', 'attempts to get into other devices inside', 'cut'),
    (75, 'internal', NULL, NULL, NULL, 'scan',
     '社内の機器を探し回る通信', 'searching for devices inside', 'scan'),
    (76, 'internal', NULL, NULL, NULL, 'sweep',
     '社内の機器を探し回る通信', 'searching for devices inside', 'scan'),
    (77, NULL, NULL, NULL, NULL, 'appliance changed',
     '見守り機器の設定の変更', 'a changed setting of the monitoring device', 'ask'),
    (78, NULL, NULL, NULL, NULL, 'new administrator',
     '見守り機器の管理者の追加', 'a new administrator of the monitoring device', 'ask'),
    (79, NULL, NULL, NULL, NULL, 'protection of the appliance',
     '見守り機器の守りが切れているか古い状態', 'protection of the monitoring device off or out of date', 'hole'),
    (80, NULL, NULL, NULL, NULL, 'appliance''s protection',
     '見守り機器の守りが切れているか古い状態', 'protection of the monitoring device off or out of date', 'hole'),
    (81, NULL, NULL, NULL, NULL, 'service for the inside',
     '社内向けの入り口が外に開いている状態', 'a service for the inside that is open to the outside', 'hole'),
    (82, NULL, NULL, NULL, 'protocol command decode', NULL,
     '形の整っていない通信', 'traffic that does not keep to the rules', NULL),
    (83, NULL, NULL, NULL, 'non-standard protocol', NULL,
     '形の整っていない通信', 'traffic that does not keep to the rules', NULL),
    (84, NULL, NULL, NULL, NULL, 'icmp',
     'つながり具合を調べる通信', 'traffic that tests connections', NULL),
    (85, 'outbound', NULL, 'command-and-control', NULL, NULL,
     '機器を外から操る相手との通信の疑い', 'what looks like control of a device from outside', 'scan'),
    (86, 'outbound', NULL, 'actions', NULL, NULL,
     '社内の機器からの害のある通信', 'harmful traffic from a device inside', 'cut'),
    (87, 'outbound', NULL, 'delivery', NULL, NULL,
     'ウイルスを受け取るおそれのある接続', 'contact that may bring a virus in', 'scan'),
    (88, 'internal', NULL, 'actions', NULL, NULL,
     '社内のほかの機器に入り込もうとする通信', 'attempts to get into other devices inside', 'cut'),
    (89, 'inbound', NULL, 'reconnaissance', NULL, NULL,
     '入り口を探す通信（下調べ）', 'searching for a way in', NULL),
    (90, 'inbound', NULL, 'exploitation', NULL, NULL,
     '弱点をついて入り込もうとする攻撃', 'attempts to get in through a flaw', NULL),
    (91, 'inbound', 'ips', 'delivery', NULL, NULL,
     'ウイルスを送り込もうとする通信', 'attempts to bring a virus in', NULL),
    (92, 'inbound', NULL, 'actions', NULL, NULL,
     '入り口をこじ開けようとする攻撃', 'attempts to force a way in', NULL)
) AS w (n, direction, engine, stage, category, signature, ja, en, advice)
LEFT JOIN (VALUES
    ('cut', 10, 'この機器のネットワークのケーブルを抜くか無線を切り、電源は入れたまま、すぐ相談窓口へお電話ください。',
     'Unplug the network cable of this device or switch its wireless off, leave it running, and ring the help desk at once.'),
    ('passwords', 30, 'この機器のネットワークのケーブルを抜くか無線を切り、電源は入れたまま、すぐ相談窓口へお電話ください。この機器で使っていたパスワードは、別の機器から変えてください。',
     'Unplug the network cable of this device or switch its wireless off, leave it running, and ring the help desk at once. Change the passwords that were used on it from another device.'),
    ('scan', 60, 'ウイルス対策ソフトで全体の検査をして、結果を相談窓口へお電話ください。',
     'Please run a full scan with the antivirus software and ring the help desk with the result.'),
    ('ask', 15, 'この機器をお使いの方に、心当たりがあるかお尋ねください。心当たりがなければ、相談窓口へお電話ください。',
     'Please ask whoever uses this device whether they know about it. If not, ring the help desk.'),
    ('fake', 15, 'この機器をお使いの方に、そのサイトで利用者名やパスワードを入れたかお尋ねください。入れていたら、すぐにそのパスワードを変え、相談窓口へお電話ください。',
     'Please ask whoever uses this device whether they entered a name or password on that site. If so, change that password at once and ring the help desk.'),
    ('hole', 15, 'この設定が今も必要か、保守の会社にお尋ねください。分からないときは、相談窓口へお電話ください。',
     'Please ask whoever maintains the equipment whether this is still needed. If in doubt, ring the help desk.')
) AS a (name, minutes, ja, en) ON a.name = w.advice;
ALTER TABLE plain_word ALTER COLUMN word_id RESTART WITH 101;

-- ---------------------------------------------------------------------------------------------- who may what

ALTER TABLE change DROP CONSTRAINT change_kind_check;
ALTER TABLE change ADD CONSTRAINT change_kind_check
    CHECK (kind IN ('alerts', 'grouped', 'incident', 'sensor', 'company', 'campaign', 'page', 'ticket', 'order', 'report'));
ALTER TABLE incident_event DROP CONSTRAINT incident_event_kind_check;
ALTER TABLE incident_event ADD CONSTRAINT incident_event_kind_check
    CHECK (kind IN ('created', 'merged', 'severity', 'reopened', 'state', 'note', 'owner', 'cause', 'story', 'campaign',
                    'page', 'notice', 'acknowledged', 'confirmed', 'sla', 'step', 'request', 'ticket', 'order', 'insurance',
                    'privacy', 'evidence', 'clock', 'report'));

-- Only a superuser may say this, so it is left out where one has said it already (docs/operations.md, "Database users").
DO $$
BEGIN
    IF NOT (SELECT rolbypassrls FROM pg_roles WHERE rolname = 'hinomi_reporter') THEN
        ALTER ROLE hinomi_reporter BYPASSRLS;
    END IF;
END
$$;
GRANT SELECT, INSERT, UPDATE ON company_month TO hinomi_correlator;
GRANT SELECT ON company_month, month_close, snapshot, report, report_file, chamber_file, certificate, report_delivery,
                report_run, report_job, report_text, plain_word TO hinomi_api;
GRANT INSERT ON snapshot, report, certificate, report_delivery, report_code, report_run, report_job, report_text, plain_word
                TO hinomi_api;
GRANT SELECT, UPDATE (tries, used_at) ON report_code TO hinomi_api;
GRANT UPDATE ON report, plain_word TO hinomi_api;
GRANT UPDATE (opened_at, opened_by, wrong_codes) ON report_delivery TO hinomi_api;
GRANT UPDATE (revoked_at, revoke_reason) ON certificate TO hinomi_api;
GRANT USAGE ON SEQUENCE certificate_number_seq TO hinomi_api;   -- the number is part of what is frozen
GRANT UPDATE (total, state, error, finished_at) ON report_run TO hinomi_api;
GRANT DELETE, UPDATE (lease_until) ON report_job TO hinomi_api;   -- UPDATE: to lock those that wait, and pass over those in work
GRANT UPDATE (report_language) ON company TO hinomi_api;

-- The reporter reads what reports are made of, of all companies, and writes reports.
GRANT SELECT ON operator, company, site, monitoring_span, sensor, sensor_health, sensor_day, alert, work, incident,
                incident_event, incident_clock, incident_pause, incident_cause, company_day, company_month, contract, plan,
                tax_rate, ticket, dispatch_order, case_step, member_request, insurance_case, company_contact, vendor, rule,
                holiday, calendar, sla_target, incident_segment, page_request TO hinomi_reporter;
GRANT SELECT (user_id, email, display_name, role, scope_company, language, disabled_at) ON app_user TO hinomi_reporter;
GRANT SELECT, INSERT ON month_close, snapshot, chamber_file, certificate TO hinomi_reporter;
GRANT SELECT, INSERT, UPDATE, DELETE ON report_file, report_job TO hinomi_reporter;
GRANT SELECT, INSERT, UPDATE ON report, report_run, report_delivery TO hinomi_reporter;
GRANT SELECT, INSERT ON report_overdue TO hinomi_reporter;
GRANT SELECT ON report_text, plain_word TO hinomi_reporter;
GRANT INSERT ON change, page_request, incident_event, outbox TO hinomi_reporter;
GRANT SELECT (outbox_id, identity) ON outbox TO hinomi_reporter;
GRANT UPDATE (version, updated_at) ON incident TO hinomi_reporter;
GRANT SELECT (audit_id, hash), INSERT ON audit TO hinomi_reporter;

-- A grave incident asks for its first report in the transaction that made it.
GRANT INSERT, SELECT (company_id, kind, incident_id, failed_at) ON report_job TO hinomi_correlator;
GRANT SELECT (company_id, kind, incident_id) ON report TO hinomi_correlator;
GRANT SELECT ON report, report_file, report_delivery, certificate TO hinomi_escalator;
GRANT UPDATE (handed_over_at, failed_at) ON report_delivery TO hinomi_escalator;
GRANT UPDATE (sent_at, version, updated_at) ON report TO hinomi_escalator;
GRANT SELECT ON report, report_run, report_delivery, report_job, snapshot, certificate TO hinomi_feed;
GRANT DELETE ON report_run, report_code TO hinomi_housekeeper;
GRANT SELECT (run_id, state, finished_at) ON report_run TO hinomi_housekeeper;
GRANT DELETE ON report_job TO hinomi_housekeeper;
GRANT SELECT (job_id, run_id, failed_at) ON report_job TO hinomi_housekeeper;
GRANT SELECT (company_id, delivery_id, code_id, made_at) ON report_code TO hinomi_housekeeper;
GRANT DELETE ON report_file TO hinomi_housekeeper;
GRANT SELECT (company_id, report_id, final, made_at) ON report_file TO hinomi_housekeeper;

-- Figures of all companies read these tables by tens of thousands of rows: whom a transaction may see is asked once, not
-- at each row. It says the same as company_visible(company_id).
ALTER TABLE company_month ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_company ON company_month TO hinomi_api
    USING (CASE (SELECT current_setting('app.company', true)) WHEN '*' THEN true WHEN company_id::text THEN true ELSE false END);
ALTER POLICY own_company ON company_day
    USING (CASE (SELECT current_setting('app.company', true)) WHEN '*' THEN true WHEN company_id::text THEN true ELSE false END);
ALTER POLICY own_company ON sensor_day
    USING (CASE (SELECT current_setting('app.company', true)) WHEN '*' THEN true WHEN company_id::text THEN true ELSE false END);

-- A company's own: its people see what was published for them, and nothing that is still in the making.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['report_delivery', 'report_code']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY own_company ON %I TO hinomi_api USING (company_visible(company_id)) '
                       'WITH CHECK (company_visible(company_id))', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['month_close', 'chamber_file', 'report_run', 'report_text', 'plain_word']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY staff ON %I TO hinomi_api USING (company_visible(NULL)) '
                       'WITH CHECK (company_visible(NULL))', name);
    END LOOP;
END
$$;
-- Published ones, and what was published once: whoever sees no other company reads these and asks for their files to be
-- drawn; only who sees all makes anything.
ALTER TABLE report ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_company ON report TO hinomi_api
    USING (company_visible(company_id)
           AND (state IN ('published', 'withdrawn') AND published_at IS NOT NULL OR company_visible(NULL)))
    WITH CHECK (company_visible(company_id)
                AND (state IN ('published', 'withdrawn') AND published_at IS NOT NULL OR company_visible(NULL)));
ALTER TABLE report_file ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_company ON report_file TO hinomi_api
    USING (company_visible(company_id) AND (final OR company_visible(NULL)))
    WITH CHECK (company_visible(NULL));
ALTER TABLE snapshot ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_company ON snapshot TO hinomi_api
    USING (company_visible(company_id)
           AND (company_visible(NULL) OR EXISTS (SELECT FROM report r WHERE r.company_id = snapshot.company_id
                                                 AND r.snapshot_id = snapshot.snapshot_id)))
    WITH CHECK (company_visible(NULL));
ALTER TABLE certificate ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_company ON certificate TO hinomi_api
    USING (company_visible(company_id)
           AND (company_visible(NULL) OR EXISTS (SELECT FROM report r WHERE r.company_id = certificate.company_id
                                                 AND r.report_id = certificate.report_id)))
    WITH CHECK (company_visible(NULL));
ALTER TABLE report_job ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_company ON report_job TO hinomi_api
    USING (company_visible(NULL) OR (kind = 'draw' AND company_visible(company_id)))
    WITH CHECK (company_visible(NULL) OR (kind = 'draw' AND company_visible(company_id)));
