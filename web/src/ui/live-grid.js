// @ts-check
/* A live list on the screen: the freeze rule's store, the grid that shows it, and the keyboard that walks it. */
import { signal } from '../lib.js';
import { spoken, t, word } from '../app.js';
import { LiveList } from '../core/live-list.js';
import { Grid, ROW_HEIGHT } from './grid.js';

const TICK_MS = 250;
/* Screen readers hear of new rows at most this often, never row by row. */
const SPEAK_MS = 10000;

/**
 * What the page around the grid shows.
 * @typedef {object} LiveState
 * @property {number} count
 * @property {number} waiting
 * @property {number[]} by           waiting, by severity
 * @property {import('../core/live-list.js').HeldBy} held
 * @property {number} selected
 * @property {number | null} focusId
 */

/** @template {{id: number}} T */
export class LiveGrid {
	/**
	 * @param {object} options
	 * @param {string} options.label
	 * @param {import('./grid.js').Column<T>[]} options.columns
	 * @param {(item: T) => string} options.time
	 * @param {(item: T) => number} [options.rank]
	 * @param {(item: T) => number} [options.version]
	 * @param {(item: T) => number} options.severity
	 * @param {(row: import('../core/live-list.js').Entry<T>, node: HTMLElement) => void} [options.paintRow]
	 * @param {() => void} [options.onNearEnd]
	 * @param {(item: T) => void} [options.onOpen]
	 * @param {(id: number | null) => void} [options.onFocus]
	 * @param {(column: string) => void} [options.onSort]
	 */
	constructor(options) {
		this.options = options;
		this.list = new LiveList({ time: options.time, rank: options.rank, version: options.version });
		this.columnIndex = -1;
		/** @type {number | null} */
		this.anchor = null;
		this.spokenAt = 0;
		this.state = signal(this.readState());
		this.grid = new Grid({
			label: options.label,
			columns: options.columns,
			count: () => this.list.length,
			row: (index) => this.list.at(index),
			paintRow: (row, node) => this.paintRow(/** @type {import('../core/live-list.js').Entry<T>} */ (row), node),
			onPick: (row, column, event) => this.picked(row.id, column, event),
			onOpen: (row) => options.onOpen?.(row.item),
			onSort: options.onSort,
			onScroll: (top, nearEnd) => {
				this.list.atTop = top < 2;
				if (nearEnd) options.onNearEnd?.();
				this.sync();
			},
		});
		this.timer = setInterval(() => this.tick(), TICK_MS);
	}

	/** @returns {LiveState} */
	readState() {
		const { count, by } = this.list.waiting(this.options.severity);
		return {
			count: this.list.length,
			waiting: count,
			by,
			held: this.list.heldBy(Date.now()),
			selected: this.list.selection.size,
			focusId: this.list.focusId,
		};
	}

	/** @param {import('../core/live-list.js').Entry<T>} row @param {HTMLElement} node */
	paintRow(row, node) {
		const focused = row.id === this.list.focusId;
		node.classList.toggle('focused', focused);
		node.classList.toggle('selected', this.list.selection.has(row.id));
		node.classList.toggle('gone', row.gone !== null);
		node.setAttribute('aria-selected', String(this.list.selection.has(row.id)));
		if (row.gone !== null) node.dataset.gone = row.gone;
		else delete node.dataset.gone;
		for (let i = 0; i < node.children.length; i++) node.children[i].classList.toggle('at', focused && i === this.columnIndex);
		this.options.paintRow?.(row, node);
	}

	/** Shows what changed. */
	sync() {
		const next = this.readState();
		const now = this.state.peek();
		if (Object.keys(next).some((k) => k !== 'by' && next[/** @type {keyof LiveState} */ (k)] !== now[/** @type {keyof LiveState} */ (k)])) this.state.value = next;
		this.grid.refresh();
	}

	tick() {
		if (this.list.tick(Date.now())) this.grid.showFocus(-1);
		this.speak();
		this.sync();
	}

	speak() {
		const { waiting, by } = this.state.peek();
		const now = Date.now();
		if (!waiting || now - this.spokenAt < SPEAK_MS) return;
		this.spokenAt = now;
		spoken.value = t('live.spoken', { n: waiting, critical: by[0], word: word('severity', 1) });
	}

	/** @param {T[]} items */
	reset(items) {
		this.list.reset(items);
		this.tell();
	}

	noteKey() {
		this.list.lastKey = Date.now();
	}

	/** The focused item. @returns {T | null} */
	focused() {
		const { focusId } = this.list;
		return focusId === null ? null : (this.list.shown.get(focusId)?.item ?? null);
	}

	/** What a command acts on: the selection, otherwise the focused row. @returns {T[]} */
	targets() {
		const ids = this.list.selection.size ? [...this.list.selection] : this.list.focusId === null ? [] : [this.list.focusId];
		return ids.flatMap((id) => this.list.shown.get(id)?.item ?? []);
	}

	/** @param {number} index */
	focusAt(index) {
		const row = this.list.at(Math.max(0, Math.min(index, this.list.length - 1)));
		this.list.focus(row ? row.id : null);
		this.tell();
	}

	/** After focus or rows changed. */
	tell() {
		this.grid.showFocus(this.list.indexOf(this.list.focusId));
		this.options.onFocus?.(this.list.focusId);
		this.sync();
	}

	/** @param {number} by @param {boolean} [extend] */
	move(by, extend = false) {
		this.noteKey();
		const from = this.list.indexOf(this.list.focusId);
		/* The first key enters the list at the row on top of the screen. */
		const start = Math.ceil(this.grid.body.scrollTop / ROW_HEIGHT);
		if (extend && this.list.focusId !== null && !this.list.selection.has(this.list.focusId)) this.list.toggleSelected(this.list.focusId);
		this.focusAt(from < 0 ? start : from + by);
		if (extend && this.list.focusId !== null && !this.list.selection.has(this.list.focusId)) this.list.toggleSelected(this.list.focusId);
		this.sync();
	}

	/** @param {number} by */
	moveColumn(by) {
		this.noteKey();
		const shown = [...this.options.columns.keys()].filter((i) => !this.grid.head.children[i]?.classList.contains('away'));
		const place = shown.indexOf(this.columnIndex);
		this.columnIndex = shown[Math.max(0, Math.min(shown.length - 1, place < 0 ? 0 : place + by))] ?? -1;
		if (this.list.focusId === null) this.focusAt(0);
		else this.list.touch(this.list.focusId);
		this.sync();
	}

	/** Name of the focused cell's column, '' when the row as a whole has the focus. */
	column() {
		return this.columnIndex < 0 ? '' : this.options.columns[this.columnIndex].key;
	}

	/** @param {number} id @param {string} column @param {MouseEvent} event */
	picked(id, column, event) {
		this.noteKey();
		if (event.ctrlKey || event.metaKey) this.list.toggleSelected(id);
		this.columnIndex = this.options.columns.findIndex((c) => c.key === column);
		this.list.focus(id);
		this.tell();
	}

	toggleSelected() {
		this.noteKey();
		if (this.list.focusId === null) this.focusAt(0);
		if (this.list.focusId !== null) this.list.toggleSelected(this.list.focusId);
		this.sync();
	}

	/** @returns {boolean} whether there was something to let go of */
	escape() {
		if (this.list.selection.size) this.list.clearSelection();
		else if (this.list.focusId !== null) {
			this.columnIndex = -1;
			this.list.focus(null);
		} else return false;
		this.tell();
		return true;
	}

	/** Everything that waits comes in, and the list is live again at its top; a selection stays. */
	release() {
		this.list.paused = false;
		this.list.lastKey = -Infinity;
		this.list.focus(null);
		this.columnIndex = -1;
		this.list.merge();
		this.grid.toTop();
		this.list.atTop = true;
		this.tell();
	}

	/** The l key: live to frozen, held or frozen to live. */
	toggleLive() {
		if (this.list.paused || this.list.pending.size || this.list.focusId !== null || !this.list.atTop) this.release();
		else {
			this.list.paused = true;
			this.sync();
		}
	}

	home() {
		this.list.merge();
		this.focusAt(0);
		this.grid.toTop();
	}

	stop() {
		clearInterval(this.timer);
		this.grid.stop();
	}
}

/**
 * The keys every live list has.
 * @template {{id: number}} T
 * @param {LiveGrid<T>} grid
 * @returns {import('../commands.js').Command[]}
 */
export function walkingCommands(grid) {
	/** @type {(id: string, keys: string[], run: () => void, hidden?: boolean) => import('../commands.js').Command} */
	const make = (id, keys, run, hidden = false) => ({ id, keys, label: word('command', id), scope: 'page', run, hidden, walks: true });
	return [
		make('next', ['j', 'ArrowDown'], () => grid.move(1)),
		make('previous', ['k', 'ArrowUp'], () => grid.move(-1)),
		make('extend_down', ['J'], () => grid.move(1, true)),
		make('extend_up', ['K'], () => grid.move(-1, true)),
		make('page_down', ['PageDown'], () => grid.move(grid.grid.page()), true),
		make('page_up', ['PageUp'], () => grid.move(-grid.grid.page()), true),
		make('newest', ['Home'], () => grid.home()),
		make('oldest', ['End'], () => grid.focusAt(grid.list.length - 1), true),
		make('cell_left', ['ArrowLeft'], () => grid.moveColumn(-1), true),
		make('cell_right', ['ArrowRight'], () => grid.moveColumn(1), true),
		make('select', ['x'], () => grid.toggleSelected()),
		make('select_none', ['* n'], () => {
			grid.list.clearSelection();
			grid.sync();
		}),
		make('live', ['l'], () => grid.toggleLive()),
	];
}
