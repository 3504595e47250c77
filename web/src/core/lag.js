// @ts-check
/* How far the screen is behind the server. The two clocks differ by an unknown constant; the fastest frame seen
 * is taken as no delay, so the lag shown is what a frame took beyond that. */

export const AMBER_MS = 2000;
export const RED_MS = 20000;

export class LagMeter {
	constructor() {
		this.offset = Infinity; /* our clock minus the server's, at best */
		this.lag = 0;
		this.heard = -Infinity; /* our clock, when anything last came */
	}

	/** A frame or heartbeat arrived. @param {number} now @param {string} [serverTime] */
	hear(now, serverTime) {
		this.heard = now;
		const server = serverTime ? Date.parse(serverTime) : NaN;
		if (Number.isNaN(server)) return;
		this.offset = Math.min(this.offset, now - server);
		this.lag = Math.max(0, now - server - this.offset);
	}

	/** @param {number} now @returns {'live' | 'late' | 'lost'} */
	state(now) {
		if (now - this.heard > RED_MS) return 'lost';
		return this.lag > AMBER_MS ? 'late' : 'live';
	}
}
