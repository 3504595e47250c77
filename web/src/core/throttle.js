// @ts-check
/* Runs something at once, and while it is asked for again and again, only so often: the last wish is never lost. */

export class Throttle {
	/**
	 * @param {() => void} run
	 * @param {number} apart  milliseconds between two runs
	 * @param {{now: () => number, later: (run: () => void, ms: number) => any, cancel: (timer: any) => void}} [clock]
	 */
	constructor(run, apart, clock = { now: () => Date.now(), later: setTimeout.bind(globalThis), cancel: clearTimeout.bind(globalThis) }) {
		this.run = run;
		this.apart = apart;
		this.clock = clock;
		this.last = -Infinity;
		/** @type {any} */
		this.timer = null;
	}

	call() {
		if (this.timer !== null) return;
		const wait = this.last + this.apart - this.clock.now();
		if (wait <= 0) this.fire();
		else this.timer = this.clock.later(() => this.fire(), wait);
	}

	fire() {
		this.timer = null;
		this.last = this.clock.now();
		this.run();
	}

	stop() {
		if (this.timer !== null) this.clock.cancel(this.timer);
		this.timer = null;
	}
}
