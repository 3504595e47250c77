// @ts-check
/* Changing an incident's state, from any page. Every change names the version it saw; when somebody else was
 * faster, nothing is changed and the analyst is told who did what. Alerts that join an incident move its version too,
 * ten times a second when it is busy: they take nothing from the analyst's decision and do not stand in its way. */
import { ApiError, get, send } from './api.js';
import { mayTriage, me, say, t, word } from './app.js';
import { emit } from './stream.js';

/** @typedef {import('./types').Incident} Incident */
/** @typedef {{state?: string, disposition?: string, close_reason?: string, owner_id?: number | 'me' | null}} Change */

/** The latest version this tab has seen. @type {Map<number, Incident>} */
const known = new Map();
const KNOWN_MAX = 5000;
/** As often a change is tried while alerts keep joining. */
const ATTEMPTS = 5;

/** @param {Incident} incident */
export function remember(incident) {
	const held = known.get(incident.id);
	if (held && held.version > incident.version) return;
	if (known.size >= KNOWN_MAX) known.clear();
	known.set(incident.id, incident);
}

/** @param {number | null} id */
export function recall(id) {
	return id === null ? undefined : known.get(id);
}

/** After a gap in the stream what was known may be old. */
export function forget() {
	known.clear();
}

/** The incident that has taken over from one that was merged. @param {number | null} id */
export function present(id) {
	let at = id;
	for (let steps = 0; steps < 8; steps++) {
		const next = recall(at)?.merged_into ?? null;
		if (next === null) break;
		at = next;
	}
	return at;
}

/** As it is now; when it was merged, the one that it was merged into. @param {number} id @param {AbortSignal} [signal] @returns {Promise<Incident>} */
export async function fetchIncident(id, signal) {
	const incident = /** @type {Incident} */ (await get(`/v1/incidents/${id}`, signal));
	remember(incident);
	return incident.merged_into === null ? incident : fetchIncident(incident.merged_into, signal);
}

/** Whether nobody did anything to it between the two. @param {Incident} a @param {Incident} b */
export function sameHandling(a, b) {
	return a.state === b.state && a.disposition === b.disposition && a.owner?.id === b.owner?.id;
}

/**
 * @param {Incident} seen  what the analyst saw
 * @param {Change} change
 * @returns {Promise<Incident | null>} null when somebody was faster
 */
export async function changeIncident(seen, change) {
	let { version } = seen;
	for (let attempt = 1; ; attempt++) {
		try {
			const incident = /** @type {Incident} */ (await send('PATCH', `/v1/incidents/${seen.id}`, change, version));
			announce(incident);
			return incident;
		} catch (error) {
			if (!(error instanceof ApiError) || error.status !== 412) throw error;
			const problem = /** @type {{current?: Incident, changed_by?: import('./types').Person | null}} */ (error.problem);
			const current = problem.current ?? /** @type {Incident} */ (await get(`/v1/incidents/${seen.id}`));
			announce(current);
			if (attempt < ATTEMPTS && sameHandling(seen, current)) {
				version = current.version;
				continue;
			}
			say(t('triage.stale', { no: current.no, state: word('state', current.state), who: problem.changed_by?.display_name ?? t('triage.system') }), 'error');
			return null;
		}
	}
}

/** All views of this tab learn of it at once; the other browsers by the stream. @param {Incident} incident */
function announce(incident) {
	remember(incident);
	emit({ id: '', event: 'incident.upsert', data: { incident, ver: incident.version, by: me.peek()?.display_name } });
}

/**
 * Acknowledges or closes the incidents of some rows.
 * @param {(number | null)[]} ids
 * @param {Change} change
 */
export async function triage(ids, change) {
	if (!mayTriage()) return say(t('triage.forbidden'), 'error');
	const wanted = /** @type {number[]} */ ([...new Set(ids.map(present).filter((id) => id !== null))]);
	if (!wanted.length) return say(t('triage.no_incident'), 'error');
	let done = 0;
	try {
		for (const id of wanted) {
			if (await changeIncident(recall(id) ?? (await fetchIncident(id)), change)) done++;
		}
	} catch (error) {
		say(error instanceof Error ? error.message : String(error), 'error');
		return;
	}
	if (!done) return;
	const what = change.disposition ? t('triage.closed', { n: done, disposition: word('disposition', change.disposition) }) : t('triage.acknowledged', { n: done });
	say(what);
}

/** In the order of the keys e 1 .. e 4. */
export const DISPOSITIONS = ['true_positive', 'benign_positive', 'false_positive', 'undetermined'];

/**
 * The triage keys of a list whose rows have incidents.
 * @param {() => (number | null)[]} ids
 * @returns {import('./commands.js').Command[]}
 */
export function triageCommands(ids) {
	return [
		{ id: 'acknowledge', keys: ['a'], label: t('command.acknowledge'), scope: 'page', run: () => triage(ids(), { state: 'acknowledged', owner_id: 'me' }) },
		...DISPOSITIONS.map((disposition, i) => ({
			id: `close_${disposition}`,
			keys: [`e ${i + 1}`],
			label: t('command.close', { disposition: word('disposition', disposition) }),
			scope: /** @type {const} */ ('page'),
			run: () => void triage(ids(), { state: 'closed', disposition }),
		})),
	];
}
