-- The rules of docs/decisions/0002-schema-rules.md that the catalog can tell. One row per rule: its text, and the
-- objects that break it (none: kept). scripts/lint-schema runs this against a freshly migrated database.

-- Tables that carry company_id without being a tenant's: the doorbell of live screens, the audit trail, what is asked for
-- by what was met rather than by whom (observables, sightings of campaigns), mutes, which may be for several companies,
-- tickets, whose company may not be known yet, and work for the reporter, which may be of none.
CREATE TEMP VIEW global_table AS
    SELECT c.oid AS id, c.relname AS name FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND (c.relname IN ('change', 'audit', 'observable', 'campaign_sighting', 'mute', 'ticket', 'report_job')
           OR NOT EXISTS (SELECT FROM pg_attribute a
                          WHERE a.attrelid = c.oid AND a.attname = 'company_id' AND NOT a.attisdropped));
CREATE TEMP VIEW tenant_table AS
    SELECT c.oid AS id, c.relname AS name FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND c.oid NOT IN (SELECT id FROM global_table);
-- First column of a key.
CREATE TEMP VIEW key_start AS
    SELECT i.indexrelid AS index_id, i.indrelid AS id, i.indisprimary AS is_primary,
           i.indisunique OR i.indisexclusion AS constrains, a.attname AS first_column
    FROM pg_index i LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0];

WITH rule (rule, breaches) AS (
    SELECT 'every tenant table has company_id bigint NOT NULL',
           array(SELECT t.name FROM tenant_table t JOIN pg_attribute a ON a.attrelid = t.id
                 WHERE a.attname = 'company_id' AND (a.atttypid <> 'bigint'::regtype OR NOT a.attnotnull))
    UNION ALL
    SELECT 'the primary key of a tenant table starts with company_id',
           array(SELECT t.name FROM tenant_table t
                 WHERE NOT EXISTS (SELECT FROM key_start k
                                   WHERE k.id = t.id AND k.is_primary AND k.first_column = 'company_id'))
    UNION ALL
    SELECT 'unique and exclusion constraints of a tenant table start with company_id',
           array(SELECT k.index_id::regclass::name FROM tenant_table t JOIN key_start k ON k.id = t.id
                 WHERE k.constrains AND k.first_column IS DISTINCT FROM 'company_id')
    UNION ALL
    SELECT 'foreign keys CASCADE or do nothing, never SET NULL or SET DEFAULT',
           array(SELECT conname FROM pg_constraint
                 WHERE contype = 'f' AND (confdeltype IN ('n', 'd') OR confupdtype NOT IN ('a', 'r')))
    UNION ALL
    SELECT 'a foreign key between tenant tables starts with company_id on both sides',
           array(SELECT f.conname FROM pg_constraint f
                 JOIN tenant_table a ON a.id = f.conrelid JOIN tenant_table b ON b.id = f.confrelid
                 WHERE f.contype = 'f' AND f.conparentid = 0
                   AND NOT EXISTS (SELECT FROM pg_attribute x, pg_attribute y
                                   WHERE x.attrelid = f.conrelid AND x.attnum = f.conkey[1] AND x.attname = 'company_id'
                                     AND y.attrelid = f.confrelid AND y.attnum = f.confkey[1]
                                     AND y.attname = 'company_id'))
    UNION ALL
    SELECT 'a global table never references a tenant table',
           array(SELECT f.conname FROM pg_constraint f
                 JOIN global_table a ON a.id = f.conrelid JOIN tenant_table b ON b.id = f.confrelid
                 WHERE f.contype = 'f')
    UNION ALL
    SELECT 'no triggers and no rules',
           array(SELECT tgname FROM pg_trigger WHERE NOT tgisinternal
                 UNION ALL
                 SELECT rulename FROM pg_rewrite JOIN pg_class c ON c.oid = ev_class
                 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind <> 'v')
    UNION ALL
    SELECT 'identity columns and sequences are bigint',
           array(SELECT c.relname FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid
                 WHERE c.relnamespace = 'public'::regnamespace AND s.seqtypid <> 'bigint'::regtype)
    UNION ALL
    SELECT 'every tenant table is under row-level security with a policy for the api',
           array(SELECT t.name FROM tenant_table t JOIN pg_class c ON c.oid = t.id
                 WHERE NOT c.relrowsecurity
                    OR NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = t.id
                                   AND 'hinomi_api'::regrole = ANY (p.polroles)))
    UNION ALL
    SELECT 'whatever carries company_id and the api may read is under row-level security, but for the audit trail',
           array(SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'company_id'
                 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
                   AND c.relname <> 'audit' AND NOT c.relrowsecurity
                   AND has_any_column_privilege('hinomi_api', c.oid, 'SELECT'))
    UNION ALL
    SELECT 'the api cannot read a partition past its parent''s policy',
           array(SELECT c.relname FROM pg_class c
                 WHERE c.relispartition AND c.relkind = 'r'
                   AND has_table_privilege('hinomi_api', c.oid, 'SELECT, INSERT, UPDATE, DELETE'))
    UNION ALL
    SELECT 'alerts are partitioned by range of ts',
           array(SELECT 'alert'::name WHERE NOT EXISTS (
                     SELECT FROM pg_partitioned_table p JOIN pg_attribute a
                         ON a.attrelid = p.partrelid AND a.attnum = p.partattrs[0]
                     WHERE p.partrelid = 'alert'::regclass AND p.partstrat = 'r' AND a.attname = 'ts'))
    UNION ALL
    SELECT 'the collector cannot read stored alerts',
           array(SELECT 'alert'::name WHERE has_any_column_privilege('hinomi_collector', 'alert', 'SELECT'))
    UNION ALL
    SELECT 'nothing is granted to everybody',
           array(SELECT c.relname FROM pg_class c, aclexplode(c.relacl) g
                 WHERE c.relnamespace = 'public'::regnamespace AND g.grantee = 0)
    UNION ALL
    SELECT 'no role but the owner may change the audit trail',
           array(SELECT r.rolname FROM pg_roles r
                 WHERE r.rolname LIKE 'hinomi\_%' AND has_table_privilege(r.oid, 'audit', 'UPDATE, DELETE, TRUNCATE'))
)
SELECT rule, array_to_string(breaches, ', ') FROM rule;
