/* The API's shapes, as docs/openapi.yaml gives them. Times are RFC 3339 UTC, ids plain integers. */

export type Severity = 1 | 2 | 3 | 4 | 5;
export type Direction = 'inbound' | 'outbound' | 'internal' | 'external' | 'unknown';
export type Engine = 'ips' | 'antivirus' | 'web' | 'dns' | 'other';
export type IncidentState = 'open' | 'acknowledged' | 'contained' | 'closed' | 'merged';
export type Disposition = 'true_positive' | 'benign_positive' | 'false_positive' | 'undetermined';
export type SensorState = 'new' | 'up' | 'late' | 'down' | 'muted' | 'revoked';

export interface Me {
	id: number;
	email: string;
	display_name: string;
	role: 'viewer' | 'analyst' | 'lead' | 'reporter' | 'admin' | 'wall' | 'member' | 'desk' | 'vendor';
	language: 'ja' | 'en';
	company_id: number | null;
	vendor_id: number | null;
	server_time: string;
	timezone: string;
	version: string;
	operator: string;
}

export interface Person {
	id: number;
	display_name: string;
}

export interface Endpoint {
	ip: string | null;
	port: number | null;
}

export interface Alert {
	id: number;
	company_id: number;
	company: string;
	sensor_id: number;
	sensor: string;
	kind: 'alert' | 'unparsed' | 'context';
	format: string;
	ts: string;
	received_at: string;
	event_time: string | null;
	clock_ok: boolean;
	source: Endpoint;
	destination: Endpoint;
	transport: string | null;
	direction: Direction;
	engine: Engine;
	severity: Severity;
	score: number;
	action: 'allowed' | 'blocked' | 'removed' | 'unknown';
	signature_id: string | null;
	signature: string | null;
	category: string | null;
	technique: string[];
	stage: string;
	community_id: string | null;
	flow_id: number | null;
	inside_ip: string | null;
	attacker_ip: string | null;
	repeat_count: number;
	incident_id: number | null;
	incident_no: number | null;
	incident_state: IncidentState | null;
	mute_id: number | null;
	rules: RuleRef[];
	raw?: string | null;
	raw_base64?: string | null;
}

export interface Incident {
	id: number;
	no: number;
	company_id: number;
	company: string;
	title: string;
	title_ja: string | null;
	direction: Direction;
	stage: string;
	severity: Severity;
	state: IncidentState;
	disposition: Disposition | null;
	close_reason: string | null;
	owner: Person | null;
	first_ts: string;
	last_ts: string;
	created_at: string;
	updated_at: string;
	version: number;
	alert_count: number;
	detection_count: number;
	blocked_count: number;
	rule: string;
	rule_set: number;
	tags: string[];
	reason: string;
	merged_into: number | null;
	acknowledged_at: string | null;
	contained_at: string | null;
	closed_at: string | null;
}

export interface TimelineEntry {
	id: number;
	at: string;
	kind: string;
	user: Person | null;
	body: Record<string, unknown>;
}

export interface IncidentPage extends Incident {
	timeline: TimelineEntry[];
	signatures: { signature_id: string | null; signature: string | null; count: number; severity: Severity }[];
	hosts: { inside: string[]; outside: string[] };
	causes: Cause[];
	rules: RuleRef[];
	campaigns: { id: number; kind: CampaignKind; title: string; severity: Severity; companies: number }[];
}

export type RuleLevel = 'informational' | 'low' | 'medium' | 'high' | 'critical';
export type RuleKind = 'detection' | 'correlation' | 'grouping' | 'builtin';

export interface RuleRef {
	id: number;
	title: string;
	title_ja: string | null;
}

export interface Cause {
	rule: { id: number; uid: string; title: string; title_ja: string | null; kind: RuleKind; level: RuleLevel };
	severity: Severity;
	first_ts: string;
	last_ts: string;
	hits: number;
	rule_set: number;
	detail: Record<string, any>;
	lost_hits: number;
}

export interface Rule {
	id: number;
	uid: string;
	title: string;
	title_ja: string | null;
	kind: RuleKind;
	level: RuleLevel;
	tags: string[];
	file: string;
	line: number;
	first_version: number;
	last_version: number | null;
	in_force: boolean;
	alerts: number;
	incidents: number;
	judged: number;
	judged_share: number | null;
	true_positives: number;
	benign_positives: number;
	false_positives: number;
	undetermined: number;
	false_positive_rate: number | null;
	companies: number;
}

export interface DayAlerts {
	day: string;
	alerts: number;
}

export interface CompanyAlerts {
	company_id: number;
	company: string;
	alerts: number;
}

export interface RulePage extends Rule {
	from: string;
	to: string;
	description: string;
	text: string | null;
	changes: { version: number; created_at: string; actor: string; note: string }[];
	days: DayAlerts[];
	noisiest: CompanyAlerts[];
	lost_hits: { thinned: number; dropped: number; companies: number; last_at: string | null };
}

export interface RuleSet {
	version: number;
	created_at: string;
	actor: string;
	note: string;
	sha256: string;
	files: number;
	rules: number;
	in_force: boolean;
}

export interface RuleSetPage extends RuleSet {
	file_list: { name: string; kind: string; bytes: number; change: 'added' | 'changed' | null }[];
	removed: string[];
}

export interface Mute {
	id: number;
	kind: 'mute' | 'drill';
	scope: 'company' | 'group' | 'all';
	company_id: number | null;
	company: string | null;
	group_tag: string | null;
	conditions: unknown;
	reason: string;
	owner: Person;
	created_at: string;
	starts_at: string;
	expires_at: string;
	ended_at: string | null;
	ended_by: Person | null;
	state: 'scheduled' | 'active' | 'expired' | 'ended';
	hits: number;
	last_hit_day: string | null;
}

export interface MutePage extends Mute {
	days: DayAlerts[];
	companies: CompanyAlerts[];
}

export interface MutePreview {
	from: string;
	to: string;
	complete: boolean;
	examined: number;
	alerts: number;
	detections: number;
	already_muted: number;
	company_count: number;
	companies: CompanyAlerts[];
	incidents_fully: number;
	incidents_partly: number;
	days: DayAlerts[];
	sample: Alert[];
}

export type CampaignKind = 'source' | 'destination' | 'signature' | 'indicator';

export interface Campaign {
	id: number;
	kind: CampaignKind;
	key: string;
	title: string;
	severity: Severity;
	first_ts: string;
	last_ts: string;
	first_day: string;
	last_day: string;
	companies: number;
	alerts: number | null;
	minimum: number;
	window_days: number;
	created_at: string;
	updated_at: string;
	version: number;
	merged_into: number | null;
	own: { first_ts: string; last_ts: string; alerts: number; severity: Severity } | null;
	warning: { at: string; text: string } | null;
}

export interface CampaignMember extends CompanyAlerts {
	first_ts: string;
	last_ts: string;
	severity: Severity;
	days: { day: string; alerts: number; severity: Severity }[];
}

export interface CampaignPage extends Campaign {
	members: CampaignMember[];
	incidents: Incident[];
	shared: { kind: CampaignKind; key: string; title: string; companies: number }[];
	warnings: { company_id: number; company: string; at: string; user: Person | null; text: string }[];
	not_hit: number | null;
}

export interface Contact {
	company_id: number;
	company: string;
	inside_ip: string;
	destination: string;
	port: number;
	first_ts: string;
	last_ts: string;
	contacts: number;
	score: number;
	parts: Record<string, any> | null;
	incident_id: number | null;
	incident_no: number | null;
}

export interface Indicator {
	id: number;
	source: { id: number; name: string };
	external_id: string | null;
	kind: 'ip' | 'domain' | 'url' | 'hash';
	value: string;
	valid_from: string;
	valid_until: string | null;
	confidence: number;
	tlp: string;
	labels: string[];
	description: string;
	state: 'active' | 'held_back' | 'revoked';
	state_reason: string;
	created_at: string;
	updated_at: string;
}

export interface MemberContact {
	company_id: number;
	company: string;
	first_ts: string;
	last_ts: string;
	contacts: number;
}

export interface IndicatorPage extends Indicator {
	members: MemberContact[];
}

export interface IndicatorReject {
	at?: string;
	entry: string;
	reason: string;
}

export interface IndicatorImport {
	source: { id: number; name: string };
	added: number;
	changed: number;
	unchanged: number;
	held_back: number;
	revoked: number;
	rejected: number;
	rejects: IndicatorReject[];
	hunt_id: number | null;
}

export interface IndicatorSource {
	id: number;
	name: string;
	created_at: string;
	imported_at: string | null;
	active: number;
	held_back: number;
	revoked: number;
	rejects: number;
	last_rejects: IndicatorReject[];
}

export interface Hunt {
	id: number;
	created_at: string;
	actor: string;
	source: { id: number; name: string };
	state: 'due' | 'done' | 'failed';
	finished_at: string | null;
	duration_ms: number | null;
	indicators: number;
	companies: number;
	message: string;
}

export interface HuntPage extends Hunt {
	members: (MemberContact & { indicators: { id: number; kind: string; value: string; first_ts: string; last_ts: string; contacts: number }[] })[];
}

export interface Company {
	id: number;
	name: string;
	member_no: string | null;
	member: boolean;
	industry: string | null;
	employees: number | null;
	area: string | null;
	sensors: number;
	sensors_down: number;
	open_incidents: number;
	open_grave: number;
	detections_30d: number;
	monitored_from: string | null;
	monitored_to: string | null;
	last_seen_at: string | null;
}

export interface CompanyPage extends Company {
	networks: string[];
	report_language: 'ja' | 'en';
	spans: { id: number; from: string; to: string | null }[];
	tags: string[];
}

export interface Sensor {
	id: number;
	company_id: number;
	company: string;
	name: string;
	state: SensorState;
	last_seen_at: string | null;
	last_event_at: string | null;
	clock_skew_ms: number | null;
	agent_version: string | null;
	spool_records: number | null;
	spool_bytes: number | null;
	disk_free_bytes: number | null;
	dropped_records: number | null;
	certificate_not_after: string | null;
	created_at: string;
	today: {
		expected: number;
		received: number;
		dropped: number;
		unparsed: number;
		duplicate: number;
		ignored: number;
	};
	hours: number[];
}

export interface CompanySummary {
	days: { day: string; by_severity: number[] }[];
	top_signatures: { signature: string | null; count: number; direction: Direction }[];
	open_incidents: Incident[];
	sensors: Sensor[];
}

export interface DetectionRow {
	direction: 'inbound' | 'outbound';
	engine: Engine | 'total';
	companies: number;
	detections: number;
	per_company_month: number | null;
	per_monitored_company_month: number | null;
}

export interface DetectionTable {
	from: string;
	to: string;
	monitored_companies: number;
	mean_monitored_days: number;
	rows: DetectionRow[];
}

export interface CompanyMonth {
	company_id: number;
	company: string;
	month: string;
	incidents: number;
	detections: number;
	monitored_days: number;
	company_months: number;
}

export interface CompanyMonths {
	from: string;
	to: string;
	rows: CompanyMonth[];
}

/* One event of GET /v1/stream, decoded. */
export interface StreamEvent {
	id: string;
	event: string;
	data: any;
}
