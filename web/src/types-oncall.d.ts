/* The API's shapes of the on-call side, as docs/openapi.yaml gives them. */
import type { Person, Severity } from './types';

export interface Named {
	id: number;
	name: string;
}
export interface TimeSpan {
	from: string;
	to: string;
}
export interface OncallSpan extends TimeSpan {
	person: Person | null;
	layer: number | null;
	override_id: number | null;
}
export interface ScheduleSpans extends TimeSpan {
	spans: OncallSpan[];
	gaps: TimeSpan[];
	more: boolean;
	people: Person[];
}
export interface Schedule extends Named {
	timezone: string;
	rules: import('./ui/schedule-form.js').ScheduleRules;
	version: number;
	updated_at: string;
	archived_at: string | null;
	now: Person | null;
	until: string | null;
	next: Person | null;
	gap_at: string | null;
	people: Person[];
}
export interface Override extends TimeSpan {
	id: number;
	schedule_id: number;
	person: Person;
	reason: string | null;
	made_by: Person;
	made_at: string;
	ended_at: string | null;
}
export type SchedulePage = Schedule & ScheduleSpans & { overrides: Override[] };
export interface Calendar extends Named {
	timezone: string;
	rules: { hours?: Record<string, [string, string][]>; holidays?: boolean; closed_yearly?: string[]; closed?: string[]; open?: string[] };
	version: number;
	updated_at: string;
	open: boolean | null;
	next_change: string | null;
}
export interface Policy extends Named {
	rules: import('./ui/policy-form.js').PolicyRules;
	version: number;
	updated_at: string;
	archived_at: string | null;
	people: Person[];
}
export interface Route {
	name: string;
	kinds?: string[];
	severity?: number;
	directions?: string[];
	companies?: number[];
	tags?: string[];
	calendar?: number;
	calendar_open?: boolean;
	policy: number | null;
	group?: string;
}
export interface EscalationRoutes {
	version: number;
	rules: { routes: Route[] };
	saved_by: Person | null;
	saved_at: string;
}
export interface NoticeTarget {
	schedule: Named | null;
	person: Person | null;
	channel: Named | null;
	role: string | null;
	member: 'next' | 'all' | null;
	people: Person[];
	contacts: Named[];
}
export interface TrialStep {
	at: string;
	loop: number;
	step: number;
	targets: NoticeTarget[];
	nobody: boolean;
}
export interface RouteTrial {
	at: string;
	route: string | null;
	policy: Named | null;
	group_key: string;
	steps: TrialStep[];
	exhausted_at: string | null;
}
export interface SlaTarget {
	severity: Severity;
	acknowledge_s: number | null;
	notify_s: number | null;
	notify_calendar_id: number | null;
	warn_percent: number;
}
export interface Channel extends Named {
	person: Person | null;
	position: number;
	kind: 'mail' | 'webhook' | 'pagerduty' | 'slack' | 'teams' | 'lineworks' | 'command';
	address: string;
	template: string | null;
	language: 'ja' | 'en';
	enabled: boolean;
	disabled_why: string | null;
	failing_since: string | null;
	version: number;
	created_at: string;
	secret?: string;
}
export interface OncallPerson extends Person {
	role: string;
	channels: number;
}
export interface Fault {
	code: string;
	red: boolean;
	text: string;
}
export interface OncallNow {
	at: string;
	schedules: { id: number; name: string; timezone: string; now: Person | null; override_id: number | null; until: string | null; next: Person | null; gaps: TimeSpan[] }[];
	pages: { unacked: number; acknowledged: number; oldest_unacked_at: string | null; by_severity: number[]; nobody: number; exhausted: number; fenced: number };
	engine: {
		lamp: 'green' | 'amber' | 'red';
		faults: Fault[];
		engines: { name: string; started_at: string; ticked_at: string; alive: boolean; mail_ok_at: string | null; mail_error: string | null; pulsed_at: string | null; pulse_error: string | null }[];
		mail_ok_at: string | null;
		pulsed_at: string | null;
		pulse: boolean;
		requests_waiting: number;
		oldest_request_s: number | null;
		messages_waiting: number;
		oldest_due_s: number | null;
		quarantined: number;
	};
}
export interface OncallLoad extends TimeSpan {
	people: { person: Person; pages: number; notices: number; night_notices: number; nights: number; acknowledged: number; declined: number; median_answer_s: number | null }[];
}
export interface PageSubject {
	kind: string;
	id: number;
	company_id: number | null;
	company: string | null;
	number: number | null;
	title: string;
	severity: Severity;
	raised_at: string;
	added_at: string;
	settled_at: string | null;
}
export interface OncallPage {
	id: number;
	kind: string;
	title: string;
	severity: Severity;
	state: 'triggered' | 'acknowledged' | 'closed' | 'joined';
	is_storm: boolean;
	joined_into: number | null;
	policy: Named;
	subject: PageSubject | null;
	companies: number;
	subjects: number;
	open_subjects: number;
	step: number;
	steps: number;
	loop: number;
	loops: number;
	exhausted: boolean;
	nobody: boolean;
	fenced: boolean;
	next_at: string | null;
	ack_by: Person | null;
	ack_at: string | null;
	ack_via: string | null;
	ack_until: string | null;
	raised_at: string;
	created_at: string;
	first_sent_at: string | null;
	closed_at: string | null;
	close_reason: string | null;
	version: number;
}
export interface PageEntry {
	id: number;
	at: string;
	kind: string;
	user: Person | null;
	body: Record<string, unknown>;
}
export interface Message {
	id: string;
	kind: string;
	page_id: number | null;
	priority: number;
	person: Person | null;
	contact: { id: number; company_id: number; company: string; name: string } | null;
	channel: Named | null;
	channel_kind: string;
	address: string;
	attempt_of: number;
	language: 'ja' | 'en';
	state: 'pending' | 'sending' | 'sent' | 'failed' | 'cancelled' | 'expired' | 'bundled' | 'quarantined';
	attempts: number;
	not_before: string;
	expires_at: string | null;
	last_error: string | null;
	provider_id: string | null;
	bounced_at: string | null;
	created_at: string;
	sent_at: string | null;
	opened_at: string | null;
	tries: { n: number; at: string; took_ms: number; outcome: string; code: number; text: string }[];
}
export interface PageWhole extends OncallPage {
	group_key: string;
	rules: import('./ui/policy-form.js').PolicyRules;
	all_subjects: PageSubject[];
	timeline: PageEntry[];
	messages: Message[];
	next: { at: string; kind: 'step' | 'leads'; loop: number; step: number; targets: NoticeTarget[]; nobody: boolean } | null;
	may_answer: boolean;
}
export interface Template {
	kind: string;
	language: 'ja' | 'en';
	purpose: string;
	names: string[];
	urgent: boolean;
	answerable: boolean;
	version: number;
	subject: string;
	body: string;
	shipped: { in_force: boolean; subject: string; body: string };
	saved_by: Person | null;
	saved_at: string | null;
	sample: { subject: string; body: string };
}
export interface Drill {
	id: number;
	started_at: string;
	started_by: Person | null;
	month: string | null;
	people: number;
	sent: number;
	answered: number;
}
export interface DrillWhole extends Drill {
	results: { person: Person; result: 'answered' | 'sent' | 'waiting' | 'failed'; sent_at: string | null; answered_at: string | null; last_error: string | null; channel_kind: string | null }[];
}
export interface Integration extends Named {
	created_by: Person;
	created_at: string;
	last_used_at: string | null;
	key?: string;
}
