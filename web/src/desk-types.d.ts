/* The help desk's, dispatch's and cases' shapes, as docs/openapi.yaml gives them. */
import { Company, Incident, Person, Sensor, Severity } from './types';

export interface CompanyPerson {
	id: number;
	company_id: number;
	position: number;
	name: string;
	role: string;
	email: string | null;
	phone: string | null;
	language: 'ja' | 'en';
	night: boolean;
	calendar_id: number | null;
	calendar: string | null;
	reviewed_on: string | null;
	bounced_at: string | null;
	gets_reports: boolean;
	attach_reports: boolean;
	version: number;
}

export interface Plan {
	id: number;
	name: string;
	service_class: 1 | 2;
	member_yen: number;
	other_yen: number;
	tax_percent: number | null;
	member_yen_taxed: number | null;
	other_yen_taxed: number | null;
	dispatches: number;
	insurance_yen: number;
	member_share_yen: number;
	from_day: string;
	to_day: string | null;
	warnings: string[];
	version: number;
}

export interface Contract {
	id: number;
	company_id: number;
	plan_id: number;
	plan: string;
	is_member: boolean;
	from_day: string;
	to_day: string | null;
	insurance_no: string | null;
	note: string;
	made_by: Person | null;
	made_at: string;
	state: 'future' | 'valid' | 'over';
	yen: number;
	tax_percent: number | null;
	yen_taxed: number | null;
	dispatches: number;
	dispatches_used: number;
	year_from: string | null;
	year_to: string | null;
	insurance_yen: number;
	member_share_yen: number;
	warnings: string[];
	version: number;
}

export interface TicketWords {
	categories: { name: string; group: 'incident' | 'calm' | 'service'; severity: Severity; by_member: boolean; ja: string; en: string }[];
	closing_reasons: { name: string; needs_answer: boolean; ja: string; en: string }[];
}

export type TicketState = 'open' | 'working' | 'waiting' | 'closed';

export interface Ticket {
	id: number;
	reference: string;
	company_id: number | null;
	company: string | null;
	channel: 'phone' | 'mail' | 'portal' | 'visit' | 'monitoring';
	caller: { name: string; phone: string | null; email: string | null };
	contact_id: number | null;
	category: string;
	severity: Severity;
	subject: string;
	body: string;
	state: TicketState;
	owner: Person | null;
	sensor_id: number | null;
	sensor: string | null;
	incident_id: number | null;
	incident_no: number | null;
	answer: string | null;
	close_reason: string | null;
	spoke_at: string | null;
	opened_by: Person | null;
	opened_at: string;
	answered_at: string | null;
	closed_at: string | null;
	minutes: number | null;
	version: number;
	updated_at: string;
}

export interface TicketEvent {
	id: number;
	at: string;
	kind: 'opened' | 'mail' | 'note' | 'answer' | 'state' | 'owner' | 'linked' | 'order' | 'closed';
	user: Person | null;
	for_member: boolean;
	body: Record<string, any>;
}

export interface TicketPage extends Ticket {
	events: TicketEvent[];
	orders: Order[];
}

export interface Caller {
	company: Company;
	why: 'phone' | 'mail' | 'person' | 'company' | 'member_no' | 'ticket' | 'user';
	person: CompanyPerson | null;
	people: CompanyPerson[];
	contract: Contract | null;
	tickets: Ticket[];
	open_incidents: Incident[];
	sensors: Sensor[];
}

export interface Vendor {
	id: number;
	name: string;
	areas: string[];
	calendar_id: number | null;
	calendar: string | null;
	email: string | null;
	phone: string | null;
	note: string;
	active: boolean;
	open_orders: number;
	people: number;
	version: number;
}

export interface VendorMatch extends Vendor {
	in_area: boolean;
	open_now: boolean;
	changes_at: string | null;
}

export type OrderState = 'requested' | 'accepted' | 'declined' | 'arrived' | 'left' | 'reported' | 'approved' | 'cancelled';

export interface Order {
	id: number;
	reference: string;
	kind: 'onsite' | 'remote';
	state: OrderState;
	vendor: { id: number; name: string };
	company_id: number | null;
	company_name: string;
	ticket_id: number | null;
	incident_id: number | null;
	place: string;
	contact_name: string;
	contact_phone: string;
	task: string;
	wanted_by: string | null;
	requested_by: Person | null;
	requested_at: string;
	accepted_at: string | null;
	expected_at: string | null;
	arrived_at: string | null;
	left_at: string | null;
	reported_at: string | null;
	approved_at: string | null;
	technician: string | null;
	work_report: string | null;
	found: string | null;
	cost_yen: number | null;
	entitled: boolean | null;
	decline_reason: string | null;
	actions: string[];
	version: number;
	updated_at: string;
}

export interface OrderPage extends Order {
	events: { id: number; at: string; kind: string; side: 'desk' | 'vendor'; user: Person | null; body: Record<string, any> }[];
}

export interface MemberRequest {
	id: number;
	company_id: number;
	company: string;
	incident_id: number | null;
	incident_no: number | null;
	ticket_id: number | null;
	who: string;
	what: string;
	minutes: number | null;
	due_on: string;
	state: 'open' | 'done' | 'withdrawn';
	overdue: boolean;
	reminded_at: string | null;
	made_by: Person;
	made_at: string;
	done_by: Person | null;
	done_at: string | null;
	note: string;
	version: number;
}

export interface PromiseState {
	state: 'none' | 'running' | 'warn' | 'missed' | 'kept' | 'kept_late';
	due_at: string | null;
	warn_at: string | null;
}

export interface Clocks {
	event_at: string;
	received_at: string | null;
	raised_at: string;
	acknowledged_at: string | null;
	triaged_at: string | null;
	told_at: string | null;
	confirmed_at: string | null;
	contained_at: string | null;
	resolved_at: string | null;
	closed_at: string | null;
	waited_s: number;
	waiting_since: string | null;
	acknowledge: PromiseState;
	notify: PromiseState;
}

export interface StepEntry {
	id: number | null;
	step: number;
	at: string;
	done: boolean;
	by: 'person' | 'raised' | 'told' | 'confirmed' | 'contained' | 'arrived' | 'reported' | 'closed';
	text: string | null;
	user: Person | null;
	written_at: string;
}

export interface Entitlement {
	entitled: boolean;
	verdict: 'entitled' | 'no_contract' | 'before_contract' | 'no_insurance';
	on_day: string;
	contract_id: number | null;
	plan: string | null;
	insurance_no: string | null;
	limit_yen: number;
	member_share_yen: number;
}

export interface InsuranceCase {
	id: number;
	company_id: number;
	incident_id: number;
	contract_id: number;
	insurance_no: string | null;
	limit_yen: number;
	claim_no: string | null;
	claimed_yen: number | null;
	state: 'prepared' | 'submitted' | 'covered' | 'declined';
	paid_yen: number | null;
	member_share_yen: number | null;
	reason: string;
	opened_by: Person;
	opened_at: string;
	submitted_at: string | null;
	decided_at: string | null;
	version: number;
}

export interface PrivacyClock {
	known_at: string;
	malicious: boolean;
	persons: number | null;
	state: 'first_running' | 'first_due' | 'first_overdue' | 'final_running' | 'final_due' | 'final_overdue' | 'reported' | 'dropped';
	first_due_from: string;
	first_due_on: string;
	first_reported_at: string | null;
	final_due_on: string;
	final_reported_at: string | null;
	dropped_at: string | null;
	drop_reason: string | null;
	version: number;
}

export interface ResponseFigure {
	count: number;
	median_s: number | null;
	p90_s: number | null;
	mean_s: number | null;
	without_waiting: { median_s: number | null; p90_s: number | null; mean_s: number | null };
}

export interface Attainment {
	promised: number;
	kept: number;
	missed: number;
	running: number;
	percent: number | null;
}

export interface ResponseRow {
	severity: Severity | null;
	incidents: number;
	mttd: ResponseFigure;
	mtta: ResponseFigure;
	mttn: ResponseFigure;
	mttc: ResponseFigure;
	mttr: ResponseFigure;
	acknowledge: Attainment;
	notify: Attainment;
}

export interface ResponseFigures {
	from: string;
	to: string;
	company_id: number | null;
	merged: number;
	rows: ResponseRow[];
}

export interface Case {
	incident: Incident;
	clocks: Clocks | null;
	steps: { step: number; done_at: string | null; entries: StepEntry[] }[];
	requests: MemberRequest[];
	entitlement: Entitlement;
	insurance: InsuranceCase | null;
	privacy: PrivacyClock | null;
	tickets: { id: number; subject: string; category: string; channel: string; state: TicketState; opened_at: string }[];
	orders: { id: number; kind: 'onsite' | 'remote'; state: OrderState; vendor: string | null; requested_at: string }[];
	packs: { id: number; made_by: Person; made_at: string; sha256: string; files: number }[];
}
