/* The shapes of reports, months, certificates and the billing list, as docs/openapi.yaml gives them. */
import { Person } from './types';

export type Grade = 'sunny' | 'hazy' | 'cloudy' | 'rainy' | 'fog';
export type Step = 'draft' | 'needs_comment' | 'approved' | 'published' | 'sent' | 'opened' | 'withdrawn' | 'failed';
export type ReportAction = 'comment' | 'approve' | 'unapprove' | 'publish' | 'send' | 'withdraw' | 'reissue' | 'refresh';

export interface MonthState {
	month: string;
	over: boolean;
	version: number | null;
	closed_at: string | null;
	closed_by: string | null;
	reason: string;
	outdated: number | null;
	reports: Record<Step | 'total', number>;
	grades: Record<Grade, number>;
	run: number | null;
}
export interface FrozenVersion {
	version: number;
	sha256: string;
	made_at: string;
	made_by: string | null;
	reason: string;
	changes: { path: string; from: unknown; to: unknown }[];
}
export interface MonthPage extends MonthState {
	figures: Record<string, any> | null;
	versions: FrozenVersion[];
}
export interface BoardCell {
	report_id: number;
	step: Step;
	grade: Grade | '';
	issue: number;
	waiting: number;
	version: number;
}
export interface BoardRow {
	company_id: number;
	company: string;
	member_no: string | null;
	recipients: number;
	cells: (BoardCell | null)[];
}
export interface Report {
	id: number;
	reference: string;
	company_id: number;
	company: string;
	member_no: string | null;
	kind: 'monthly' | 'first' | 'interim' | 'final' | 'certificate';
	month: string | null;
	incident_id: number | null;
	incident_no: number | null;
	issue: number;
	replaces: number | null;
	issue_reason: string;
	language: 'ja' | 'en';
	state: 'draft' | 'approved' | 'published' | 'withdrawn';
	step: Step;
	grade: Grade | '';
	needs_comment: boolean;
	made_by: Person | null;
	comment: string | null;
	comment_by: Person | null;
	comment_at: string | null;
	approved_by: Person | null;
	approved_at: string | null;
	published_by: Person | null;
	published_at: string | null;
	sent_at: string | null;
	opened_at: string | null;
	withdrawn_at: string | null;
	withdraw_reason: string | null;
	error: string | null;
	snapshot_version: number;
	waiting: number;
	certificate: number | null;
	actions: ReportAction[];
	version: number;
	created_at: string;
	updated_at: string;
}
export interface ReportDelivery {
	id: number;
	contact_id: number | null;
	name: string | null;
	address: string;
	language: 'ja' | 'en';
	attached: boolean;
	asked_by: string | null;
	asked_at: string;
	handed_over_at: string | null;
	failed_at: string | null;
	opened_at: string | null;
	opened_by: string | null;
}
export interface ReportPage extends Report {
	figures: Record<string, any>;
	snapshot: { id: number; version: number; sha256: string; made_at: string };
	versions: FrozenVersion[];
	deliveries: ReportDelivery[];
}
export interface ReportRun {
	id: number;
	kind: 'close' | 'draw' | 'approve' | 'publish' | 'send';
	month: string;
	state: 'running' | 'done' | 'stopped';
	total: number;
	done: number;
	failed: number;
	error: string | null;
	reason: string;
	asked_by: string | null;
	asked_at: string;
	finished_at: string | null;
	failures?: { company_id: number | null; company: string | null; report_id: number | null; error: string }[];
}
export interface Certificate {
	number: number;
	reference: string;
	company_id: number;
	report_id: number;
	month: string;
	state: 'draft' | 'approved' | 'published' | 'withdrawn';
	valid: boolean;
	issued_on: string;
	valid_until: string;
	revoked_at: string | null;
	revoke_reason: string | null;
}
export interface PlainWord {
	id: number;
	position: number;
	direction: string | null;
	engine: string | null;
	stage: string | null;
	category: string | null;
	signature: string | null;
	ja: string;
	en: string;
	advice_ja: string;
	advice_en: string;
	minutes: number | null;
	version: number;
}
export interface ReportText {
	key: string;
	language: 'ja' | 'en';
	group: string;
	purpose: string;
	names: string[];
	version: number;
	text: string;
	shipped: { in_force: boolean; text: string };
	saved_by: Person | null;
	saved_at: string | null;
	sample: string;
}
