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
	role: 'viewer' | 'analyst' | 'lead' | 'reporter' | 'admin' | 'wall' | 'member';
	language: 'ja' | 'en';
	company_id: number | null;
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
	kind: 'alert' | 'unparsed';
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
	raw?: string | null;
	raw_base64?: string | null;
}

export interface Incident {
	id: number;
	no: number;
	company_id: number;
	company: string;
	title: string;
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
	reason: string;
	merged_into: number | null;
	acknowledged_at: string | null;
	contained_at: string | null;
	closed_at: string | null;
}

export interface TimelineEntry {
	id: number;
	at: string;
	kind: 'created' | 'merged' | 'severity' | 'reopened' | 'state' | 'note' | 'owner';
	user: Person | null;
	body: Record<string, unknown>;
}

export interface IncidentPage extends Incident {
	timeline: TimelineEntry[];
	signatures: { signature_id: string | null; signature: string | null; count: number; severity: Severity }[];
	hosts: { inside: string[]; outside: string[] };
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
