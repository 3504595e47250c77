// @ts-check
/* A list that is live and does not move under the analyst's hands: the freeze rule, with no screen in it.
 *
 * Rows are shown newest first, or by a rank of their own and newest first within it. What arrives while the list is held waits in `pending` (the pill counts it) until
 * somebody merges it or nothing holds the list any more. A row that is already shown is brought up to date where
 * it stands. A row that stopped matching the view ("gone", such as an incident a colleague closed) stays, marked,
 * until a merge finds it neither focused nor selected.
 *
 * The list is held while it is paused, a row is focused or selected, it is scrolled away from the top, or a key was
 * pressed in the last QUIET_MS. Time comes in as a parameter (milliseconds), so that tests own the clock. */

export const QUIET_MS = 3000;

/**
 * @typedef {'paused' | 'selected' | 'focused' | 'scrolled' | 'keys' | null} HeldBy
 */

/**
 * @template T
 * @typedef {object} Entry
 * @property {number} id
 * @property {number} rank     sort key: rank, then milliseconds, then id
 * @property {number} time
 * @property {number} version
 * @property {T} item
 * @property {string | null} gone  why it no longer belongs to the view, in words; null while it does
 * @property {number} stamp    changes whenever the row must be painted again
 */

/**
 * Negative when a stands below b: of lower rank, or older.
 * @param {{rank: number, time: number, id: number}} a
 * @param {{rank: number, time: number, id: number}} b
 */
export function byPlace(a, b) {
	return a.rank - b.rank || a.time - b.time || a.id - b.id;
}

/** @template {{id: number}} T */
export class LiveList {
	/**
	 * @param {object} options
	 * @param {(item: T) => string} options.time   RFC 3339 time that orders the list
	 * @param {(item: T) => number} [options.rank] what orders it before that, the highest on top
	 * @param {(item: T) => number} [options.version]
	 * @param {number} [options.limit]             rows kept; the oldest go first
	 */
	constructor({ time, rank = () => 0, version = () => 0, limit = 100000 }) {
		this.timeOf = time;
		this.rankOf = rank;
		this.versionOf = version;
		this.limit = limit;
		/** Lowest first, so that new rows go to the end cheaply. @type {Entry<T>[]} */
		this.rows = [];
		/** @type {Map<number, Entry<T>>} */
		this.shown = new Map();
		/** @type {Map<number, Entry<T>>} */
		this.pending = new Map();
		/** Shown rows whose sort key changed while they could not move. @type {Set<number>} */
		this.moved = new Set();
		/** @type {Set<number>} */
		this.goneIds = new Set();
		/** @type {number | null} */
		this.focusId = null;
		/** @type {Set<number>} */
		this.selection = new Set();
		this.paused = false;
		this.atTop = true;
		this.lastKey = -Infinity;
		/** More, older rows exist on the server. */
		this.hasOlder = false;
		this.stamps = 0;
	}

	get length() {
		return this.rows.length;
	}

	/**
	 * The row at a place on the screen, 0 being the newest.
	 * @param {number} index
	 * @returns {Entry<T> | undefined}
	 */
	at(index) {
		return this.rows[this.rows.length - 1 - index];
	}

	/**
	 * Where a shown row stands, or -1.
	 * @param {number | null} id
	 */
	indexOf(id) {
		const entry = id === null ? undefined : this.shown.get(id);
		if (!entry) return -1;
		if (this.moved.size) return this.rows.length - 1 - this.rows.indexOf(entry);
		let low = 0;
		let high = this.rows.length - 1;
		while (low <= high) {
			const middle = (low + high) >> 1;
			const order = byPlace(this.rows[middle], entry);
			if (order === 0) return this.rows.length - 1 - middle;
			if (order < 0) low = middle + 1;
			else high = middle - 1;
		}
		return -1;
	}

	/** @param {T} item @param {number} [version] @returns {Entry<T>} */
	entry(item, version = this.versionOf(item)) {
		return { id: item.id, rank: this.rankOf(item), time: Date.parse(this.timeOf(item)), version, item, gone: null, stamp: ++this.stamps };
	}

	/** Takes a fresh answer of the server; what was shown or waiting is dropped. @param {T[]} items */
	reset(items) {
		this.rows = items.map((item) => this.entry(item)).sort(byPlace);
		this.shown = new Map(this.rows.map((e) => [e.id, e]));
		this.pending.clear();
		this.moved.clear();
		this.goneIds.clear();
		for (const id of this.selection) if (!this.shown.has(id)) this.selection.delete(id);
		if (this.focusId !== null && !this.shown.has(this.focusId)) this.focusId = null;
	}

	/** Adds a further page below; rows already known stay as they are. @param {T[]} items */
	appendOlder(items) {
		const fresh = items.map((item) => this.entry(item)).filter((e) => !this.shown.has(e.id) && !this.pending.has(e.id));
		for (const e of fresh) this.shown.set(e.id, e);
		const oldest = this.rows[0];
		this.rows = fresh.sort(byPlace).concat(this.rows);
		/* A page never reaches above what is shown; should it do so, order matters more than speed. */
		if (oldest && fresh.length && byPlace(fresh[fresh.length - 1], oldest) > 0) this.rows.sort(byPlace);
	}

	/**
	 * One event of the stream. Older versions of a known row change nothing.
	 * @param {T} item
	 * @param {number} [version]
	 * @returns {'pending' | 'updated' | 'stale'}
	 */
	upsert(item, version = this.versionOf(item)) {
		const held = this.shown.get(item.id) ?? this.pending.get(item.id);
		if (held && (held.version > version || (held.version === version && version > 0))) return 'stale';
		if (held) {
			const place = { rank: this.rankOf(item), time: Date.parse(this.timeOf(item)) };
			held.item = item;
			held.version = version;
			held.stamp = ++this.stamps;
			held.gone = null;
			this.goneIds.delete(item.id);
			if (this.pending.has(item.id)) Object.assign(held, place);
			else if (place.time !== held.time || place.rank !== held.rank) this.moved.add(item.id);
			return 'updated';
		}
		const fresh = this.entry(item, version);
		if (this.hasOlder && this.rows.length && byPlace(fresh, this.rows[0]) < 0) return 'stale';
		this.pending.set(fresh.id, fresh);
		return 'pending';
	}

	/**
	 * The row no longer matches the view. It stays, marked, until the next merge that may take it away.
	 * @param {number} id
	 * @param {string} why
	 */
	leave(id, why) {
		this.pending.delete(id);
		const entry = this.shown.get(id);
		if (!entry) return;
		entry.gone = why;
		entry.stamp = ++this.stamps;
		this.goneIds.add(id);
	}

	/** Paint a row again, because something it shows changed elsewhere. @param {number} id */
	touch(id) {
		const entry = this.shown.get(id);
		if (entry) entry.stamp = ++this.stamps;
	}

	/** @param {number} now @returns {HeldBy} */
	heldBy(now) {
		if (this.paused) return 'paused';
		if (this.selection.size) return 'selected';
		if (this.focusId !== null) return 'focused';
		if (!this.atTop) return 'scrolled';
		if (now - this.lastKey < QUIET_MS) return 'keys';
		return null;
	}

	/** Rows that wait, and how many of each severity (index 0: critical). @param {(item: T) => number} severity */
	waiting(severity) {
		const by = [0, 0, 0, 0, 0];
		for (const e of this.pending.values()) by[severity(e.item) - 1]++;
		return { count: this.pending.size, by };
	}

	/** Merges when nothing holds the list. @param {number} now @returns {boolean} whether the rows changed */
	tick(now) {
		return this.heldBy(now) === null && this.merge();
	}

	/** Shows all that waits, in order; focused and selected rows never vanish. @returns {boolean} */
	merge() {
		const leaving = [...this.goneIds].filter((id) => id !== this.focusId && !this.selection.has(id));
		if (!this.pending.size && !this.moved.size && !leaving.length) return false;
		if (leaving.length || this.moved.size) this.takeOut(leaving);
		const fresh = [...this.pending.values()].sort(byPlace);
		this.pending.clear();
		for (const e of fresh) this.shown.set(e.id, e);
		if (fresh.length) this.rows = mergeInto(this.rows, fresh);
		this.trim();
		return true;
	}

	/** @param {number[]} leaving */
	takeOut(leaving) {
		for (const id of leaving) {
			this.shown.delete(id);
			this.goneIds.delete(id);
		}
		this.rows = this.rows.filter((e) => this.shown.has(e.id));
		for (const id of this.moved) {
			const e = this.shown.get(id);
			if (e) Object.assign(e, { rank: this.rankOf(e.item), time: Date.parse(this.timeOf(e.item)) });
		}
		if (this.moved.size) this.rows.sort(byPlace);
		this.moved.clear();
	}

	trim() {
		const over = this.rows.length - this.limit;
		if (over <= 0) return;
		this.hasOlder = true;
		const keep = [];
		for (const e of this.rows.slice(0, over)) {
			if (e.id === this.focusId || this.selection.has(e.id)) keep.push(e);
			else this.shown.delete(e.id);
		}
		this.rows = keep.concat(this.rows.slice(over));
	}

	/** @param {number} id */
	toggleSelected(id) {
		if (!this.selection.delete(id)) this.selection.add(id);
		this.touch(id);
	}

	clearSelection() {
		for (const id of this.selection) this.touch(id);
		this.selection.clear();
	}

	/** @param {number | null} id */
	focus(id) {
		if (this.focusId !== null) this.touch(this.focusId);
		this.focusId = id;
		if (id !== null) this.touch(id);
	}
}

/**
 * Merges two ascending runs. The common case, all of `fresh` newer than all of `rows`, only appends.
 * @template T
 * @param {Entry<T>[]} rows  changed in place
 * @param {Entry<T>[]} fresh
 */
function mergeInto(rows, fresh) {
	const overlap = [];
	while (rows.length && byPlace(rows[rows.length - 1], fresh[0]) > 0) overlap.push(/** @type {Entry<T>} */ (rows.pop()));
	overlap.reverse();
	let o = 0;
	for (const e of fresh) {
		while (o < overlap.length && byPlace(overlap[o], e) < 0) rows.push(overlap[o++]);
		rows.push(e);
	}
	while (o < overlap.length) rows.push(overlap[o++]);
	return rows;
}
