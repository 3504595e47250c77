// @ts-check
/* Times as people read them: the operator's zone, with seconds; ISO order in both languages, so that columns align
 * and nobody mistakes the month for the day. */

export class Times {
	/** @param {string} timezone @param {string} language */
	constructor(timezone, language) {
		this.timezone = timezone;
		this.whole = new Intl.DateTimeFormat('sv-SE', {
			timeZone: timezone,
			year: 'numeric',
			month: '2-digit',
			day: '2-digit',
			hour: '2-digit',
			minute: '2-digit',
			second: '2-digit',
		});
		this.relative = new Intl.RelativeTimeFormat(language, { numeric: 'always', style: 'short' });
		this.monthName = new Intl.DateTimeFormat(language, { year: 'numeric', month: language === 'ja' ? 'long' : 'short', timeZone: 'UTC' });
		/* "GMT+9" is how the C library's users write it; people here say JST. */
		this.label = timezone === 'Asia/Tokyo' ? 'JST' : zoneLabel(timezone);
	}

	/** 2026-11-24 19:23:11 @param {string | null} ts */
	full(ts) {
		return ts ? this.whole.format(new Date(ts)) : '';
	}

	/** 19:23:11 @param {number | string} ts */
	clock(ts) {
		return this.whole.format(new Date(ts)).slice(11);
	}

	/** 2026-11-24 @param {number | string} ts */
	day(ts) {
		return this.whole.format(new Date(ts)).slice(0, 10);
	}

	/** 2026-11-24T19:23 in this zone, as <input type="datetime-local"> wants it. @param {number} ms */
	minute(ms) {
		return this.whole.format(new Date(ms)).slice(0, 16).replace(' ', 'T');
	}

	/** The moment that such a text means in this zone; where clocks are put back, the earlier of the two. NaN: no time. @param {string} text */
	fromMinute(text) {
		if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(text)) return NaN;
		const asUtc = Date.parse(`${text}:00Z`);
		/* What this zone shows for a moment, read as if it were UTC, tells how far it is ahead then. */
		const ahead = (/** @type {number} */ ms) => Date.parse(`${this.minute(ms)}:00Z`) - Math.floor(ms / 60000) * 60000;
		const guess = asUtc - ahead(asUtc - 86400000);
		return this.minute(guess) === text ? guess : asUtc - ahead(guess);
	}

	/** How long ago, in the gravest unit. @param {string} ts @param {number} now */
	age(ts, now) {
		const seconds = (Date.parse(ts) - now) / 1000;
		for (const [unit, size] of UNITS) {
			if (Math.abs(seconds) >= size || unit === 'second') return this.relative.format(Math.trunc(seconds / size), unit);
		}
		return '';
	}

	/** For the hover: UTC and age. @param {string} ts @param {number} now */
	hover(ts, now) {
		return `${ts.replace('T', ' ').replace(/Z$/, ' UTC')}\n${this.age(ts, now)}`;
	}

	/** 2026年11月 / Nov 2026 @param {string} month YYYY-MM */
	month(month) {
		return this.monthName.format(new Date(`${month}-01T00:00:00Z`));
	}
}

/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const UNITS = [
	['day', 86400],
	['hour', 3600],
	['minute', 60],
	['second', 1],
];

/** @param {string} timezone */
function zoneLabel(timezone) {
	const part = new Intl.DateTimeFormat('en', { timeZone: timezone, timeZoneName: 'short' })
		.formatToParts(new Date())
		.find((p) => p.type === 'timeZoneName');
	return part ? part.value : timezone;
}

/** 1.2 KiB, 3.4 MiB @param {number} bytes */
export function showBytes(bytes) {
	let value = bytes;
	for (const unit of ['B', 'KiB', 'MiB', 'GiB', 'TiB']) {
		if (value < 1024 || unit === 'TiB') return `${value < 10 && unit !== 'B' ? value.toFixed(1) : Math.round(value)} ${unit}`;
		value /= 1024;
	}
	return '';
}

/** -1.5 s, 320 ms @param {number} ms */
export function showSkew(ms) {
	const size = Math.abs(ms);
	const sign = ms < 0 ? '−' : '+';
	if (size < 1000) return `${sign}${Math.round(size)} ms`;
	if (size < 120000) return `${sign}${(size / 1000).toFixed(1)} s`;
	if (size < 7200000) return `${sign}${Math.round(size / 60000)} min`;
	if (size < 172800000) return `${sign}${Math.round(size / 3600000)} h`;
	return `${sign}${Math.round(size / 86400000)} d`;
}

/** Whole days left, negative when past. @param {string} until @param {number} now */
export function daysLeft(until, now) {
	return Math.floor((Date.parse(until) - now) / 86400000);
}
