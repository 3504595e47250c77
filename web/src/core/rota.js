// @ts-check
/* A rota on the screen: spans cut by local day, counted-down times, and editing the document of a schedule and of a
 * policy without touching what was loaded. */

/** @typedef {{from: string, to: string, user_id: number | null, name: string | null, override_id?: number | null}} Span */
/** @typedef {{span: Span, start: number, end: number}} Band  start and end: shares of the day, 0..1 */

const DAY_MS = 86400000;

/**
 * Cuts spans by days that begin at `starts`, one after the other; the last is where the last day ends. A day of a clock
 * change is an hour shorter or longer, so each day is measured by itself.
 * @param {Span[]} spans
 * @param {number[]} starts  milliseconds since 1970, ascending, one more than there are days
 * @returns {Band[][]} for each day
 */
export function bandsByDay(spans, starts) {
	return starts.slice(0, -1).map((begin, i) => {
		const end = starts[i + 1];
		const share = (/** @type {number} */ at) => Math.min(1, Math.max(0, (at - begin) / (end - begin)));
		return spans
			.map((span) => ({ span, start: share(Date.parse(span.from)), end: share(Date.parse(span.to)) }))
			.filter((band) => band.end > band.start);
	});
}

/**
 * When local days begin. `dayOf` gives the local day (YYYY-MM-DD) of an instant.
 * @param {number} from  some instant of the first day
 * @param {number} count
 * @param {(at: number) => string} dayOf
 * @returns {number[]} count + 1 instants, to the minute
 */
export function dayStarts(from, count, dayOf) {
	const starts = [startOfDay(from, dayOf)];
	for (let i = 0; i < count; i++) starts.push(startOfDay(starts[i] + DAY_MS * 1.25, dayOf));
	return starts;
}

/** @param {number} at @param {(at: number) => string} dayOf */
function startOfDay(at, dayOf) {
	const day = dayOf(at);
	let low = at - DAY_MS * 1.25;
	let high = at;
	while (high - low > 1000) {
		const middle = (low + high) / 2;
		if (dayOf(middle) < day) low = middle;
		else high = middle;
	}
	return Math.round(high / 60000) * 60000;
}

/** 4:32, 1:04:32; "0:00" when it is over. @param {number} ms */
export function countdown(ms) {
	const seconds = Math.max(0, Math.floor(ms / 1000));
	const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
	const minutes = Math.floor(seconds / 60) % 60;
	const hours = Math.floor(seconds / 3600);
	return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** A colour class of a person, the same everywhere. @param {number | null} userId */
export function personClass(userId) {
	return userId ? `person-${(userId * 7) % 6}` : 'nobody';
}

/** Seconds of a duration as documents write it (5m, 2h); null: it is none. @param {string} text */
export function durationSeconds(text) {
	const match = /^(\d{1,6})(s|m|h|d)$/.exec(text.trim());
	return match ? Number(match[1]) * { s: 1, m: 60, h: 3600, d: 86400 }[/** @type {'s'} */ (match[2])] : null;
}

/** The shortest way to write it. @param {number} seconds */
export function durationText(seconds) {
	for (const [unit, size] of /** @type {[string, number][]} */ ([['d', 86400], ['h', 3600], ['m', 60]])) {
		if (seconds && seconds % size === 0) return `${seconds / size}${unit}`;
	}
	return `${seconds}s`;
}

/** A copy with one element changed. @template T @param {T[]} list @param {number} index @param {Partial<T>} change @returns {T[]} */
export function changed(list, index, change) {
	return list.map((item, i) => (i === index ? { ...item, ...change } : item));
}

/** A copy without it. @template T @param {T[]} list @param {number} index */
export function without(list, index) {
	return list.filter((_, i) => i !== index);
}

/** A copy with it moved up by one. @template T @param {T[]} list @param {number} index */
export function raised(list, index) {
	if (index <= 0 || index >= list.length) return [...list];
	const copy = [...list];
	[copy[index - 1], copy[index]] = [copy[index], copy[index - 1]];
	return copy;
}

/** The days of a span, "2026-11-25 18:00 – 11-26 09:00". @param {string} from @param {string} to both as full() gives them */
export function spanText(from, to) {
	const [fromDay, fromTime] = [from.slice(0, 10), from.slice(11, 16)];
	const [toDay, toTime] = [to.slice(0, 10), to.slice(11, 16)];
	return `${fromDay} ${fromTime} – ${fromDay === toDay ? '' : `${toDay.slice(0, 4) === fromDay.slice(0, 4) ? toDay.slice(5) : toDay} `}${toTime}`;
}

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** "09:00-12:00, 13:00-17:30" as a document has it; null: not readable; []: closed. @param {string} text @returns {[string, string][] | null} */
export function readRanges(text) {
	/** @type {[string, string][]} */
	const ranges = [];
	for (const part of text.split(/[,、]/).map((p) => p.trim()).filter(Boolean)) {
		const match = /^(\d{1,2}:\d{2})\s*[-–~〜]\s*(\d{1,2}:\d{2})$/.exec(part);
		if (!match) return null;
		const [from, to] = [match[1], match[2]].map((time) => time.padStart(5, '0'));
		if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(from) || !/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/.test(to) || from >= to) return null;
		ranges.push([from, to]);
	}
	return ranges;
}

/** @param {[string, string][] | undefined} ranges */
export function rangesText(ranges) {
	return (ranges ?? []).map(([from, to]) => `${from}-${to}`).join(', ');
}
