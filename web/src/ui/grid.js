// @ts-check
/* A long list as recycled rows of one height. Native scrolling over a tall empty box; a pool of row nodes, one for
 * each row on the screen and a few beyond, is moved and repainted at most once a frame. 100,000 rows cost as much
 * as 60.
 *
 * The grid holds no data: it asks its owner for the row at an index, and repaints a node when that row's stamp
 * changed. The keyboard is the owner's business; the focused row is announced through aria-activedescendant. */
import { poolSize, scrollToShow, windowOf } from '../core/grid-window.js';

export const ROW_HEIGHT = 28;
const HEAD_HEIGHT = 28;
const OVERSCAN = 6;

/**
 * @template T
 * @typedef {object} Column
 * @property {string} key
 * @property {string} label
 * @property {string} width                     CSS grid track
 * @property {'end' | 'center'} [align]
 * @property {number} [from]                    shown only when the grid is at least this wide (px)
 * @property {(cell: HTMLElement, item: T) => void} paint
 * @property {boolean} [sortable]
 * @property {string} [title]
 */

/**
 * @template T
 * @typedef {object} Row
 * @property {number} id
 * @property {number} stamp
 * @property {T} item
 */

/**
 * @template T
 * @typedef {object} GridOptions
 * @property {string} label
 * @property {Column<T>[]} columns
 * @property {() => number} count
 * @property {(index: number) => Row<T> | undefined} row
 * @property {(row: Row<T>, node: HTMLElement) => void} [paintRow]   classes and states of the whole row
 * @property {(row: Row<T>, column: string, event: MouseEvent) => void} [onPick]
 * @property {(row: Row<T>) => void} [onOpen]                        double click
 * @property {(scrollTop: number, nearEnd: boolean) => void} [onScroll]
 * @property {(column: string) => void} [onSort]
 */

let grids = 0;

/** @template T */
export class Grid {
	/** @param {GridOptions<T>} options */
	constructor(options) {
		this.options = options;
		this.name = `grid${++grids}`;
		this.columns = options.columns;
		/** @type {{node: HTMLElement, cells: HTMLElement[], id: number, stamp: number, index: number}[]} */
		this.pool = [];
		this.viewport = 0;
		this.frame = 0;
		this.focusIndex = -1;
		this.sorted = { key: '', down: true };
		this.element = make('div', 'grid');
		this.head = make('div', 'grid-head');
		this.body = make('div', 'grid-body');
		this.space = make('div', 'grid-space');
		this.build();
		this.observer = new ResizeObserver(() => this.resize());
		this.observer.observe(this.body);
	}

	build() {
		this.element.setAttribute('role', 'grid');
		this.element.setAttribute('aria-label', this.options.label);
		this.element.tabIndex = 0;
		this.head.setAttribute('role', 'row');
		this.body.setAttribute('role', 'rowgroup');
		/* The head sticks to the top of what scrolls, so that its columns stand over the rows' whatever the scroll bar. */
		this.body.append(this.head, this.space);
		this.element.append(this.body);
		this.buildHead();
		this.body.addEventListener('scroll', () => this.scrolled(), { passive: true });
		this.space.addEventListener('click', (event) => this.clicked(event));
		this.space.addEventListener('dblclick', (event) => {
			const slot = this.slotOf(event.target);
			const row = slot && this.options.row(slot.index);
			if (row) this.options.onOpen?.(row);
		});
	}

	buildHead() {
		this.head.replaceChildren(
			...this.columns.map((column) => {
				const cell = make('div', 'cell head');
				cell.setAttribute('role', 'columnheader');
				if (column.align) cell.dataset.align = column.align;
				if (column.title) cell.title = column.title;
				if (!column.sortable) {
					cell.textContent = column.label;
					return cell;
				}
				const button = make('button', 'sort');
				button.textContent = column.label;
				button.tabIndex = -1;
				const mark = make('span', 'sort-mark');
				mark.textContent = this.sorted.key === column.key ? (this.sorted.down ? '▾' : '▴') : '';
				button.append(mark);
				button.addEventListener('click', () => this.options.onSort?.(column.key));
				cell.setAttribute('aria-sort', this.sorted.key !== column.key ? 'none' : this.sorted.down ? 'descending' : 'ascending');
				cell.append(button);
				return cell;
			}),
		);
	}

	/** @param {string} key @param {boolean} down */
	showSort(key, down) {
		this.sorted = { key, down };
		this.buildHead();
		this.layOut();
	}

	resize() {
		this.viewport = this.body.clientHeight - HEAD_HEIGHT;
		this.layOut();
		const wanted = poolSize(this.viewport, ROW_HEIGHT, OVERSCAN);
		while (this.pool.length < wanted) this.pool.push(this.makeSlot());
		while (this.pool.length > wanted) this.pool.pop()?.node.remove();
		/* The modulus changed: every node may now stand for another row. */
		for (const slot of this.pool) {
			slot.id = NaN;
			slot.index = -1;
			slot.node.hidden = true;
		}
		this.paint();
	}

	/** Hides columns for which there is no room. */
	layOut() {
		const width = this.element.clientWidth;
		const tracks = this.columns.map((c) => (!c.from || width >= c.from ? c.width : '0'));
		this.element.style.setProperty('--columns', tracks.join(' '));
		const cells = [this.head, ...this.pool.map((slot) => slot.node)];
		for (const row of cells) {
			for (let i = 0; i < this.columns.length; i++) {
				const cell = row.children[i];
				if (cell instanceof HTMLElement) cell.classList.toggle('away', tracks[i] === '0');
			}
		}
	}

	makeSlot() {
		const node = make('div', 'row');
		node.setAttribute('role', 'row');
		node.hidden = true;
		const cells = this.columns.map((column) => {
			const cell = make('div', `cell c-${column.key}`);
			cell.setAttribute('role', 'gridcell');
			cell.dataset.column = column.key;
			if (column.align) cell.dataset.align = column.align;
			if (column.from && this.element.clientWidth < column.from) cell.classList.add('away');
			return cell;
		});
		node.append(...cells);
		this.space.append(node);
		return { node, cells, id: NaN, stamp: -1, index: -1 };
	}

	scrolled() {
		const nearEnd = this.body.scrollTop + this.viewport > this.space.offsetHeight - 40 * ROW_HEIGHT;
		this.options.onScroll?.(this.body.scrollTop, nearEnd);
		this.refresh();
	}

	/** Paints at the next frame. */
	refresh() {
		if (this.frame) return;
		this.frame = requestAnimationFrame(() => {
			this.frame = 0;
			this.paint();
		});
	}

	paint() {
		const count = this.options.count();
		const height = `${count * ROW_HEIGHT}px`;
		if (this.space.style.height !== height) {
			this.space.style.height = height;
			this.element.setAttribute('aria-rowcount', String(count + 1));
		}
		if (!this.pool.length) return;
		const { first, end } = windowOf(this.body.scrollTop, this.viewport, ROW_HEIGHT, count, OVERSCAN);
		for (const slot of this.pool) {
			if (slot.index < first || slot.index >= end) {
				slot.node.hidden = true;
				slot.index = -1;
			}
		}
		for (let index = first; index < end; index++) this.paintAt(index);
	}

	/** @param {number} index */
	paintAt(index) {
		const slot = this.pool[index % this.pool.length];
		const row = this.options.row(index);
		if (!row) {
			slot.node.hidden = true;
			slot.index = -1;
			return;
		}
		if (slot.index !== index) {
			slot.index = index;
			slot.node.hidden = false;
			slot.node.style.transform = `translateY(${index * ROW_HEIGHT}px)`;
			slot.node.setAttribute('aria-rowindex', String(index + 2));
			slot.node.id = `${this.name}-${index}`;
			slot.node.classList.toggle('odd', index % 2 === 1);
		}
		if (slot.id === row.id && slot.stamp === row.stamp) return;
		slot.id = row.id;
		slot.stamp = row.stamp;
		for (let i = 0; i < this.columns.length; i++) this.columns[i].paint(slot.cells[i], row.item);
		this.options.paintRow?.(row, slot.node);
	}

	/** @param {EventTarget | null} target */
	slotOf(target) {
		const node = target instanceof Element ? target.closest('.row') : null;
		return this.pool.find((slot) => slot.node === node);
	}

	/** @param {MouseEvent} event */
	clicked(event) {
		if (event.target instanceof Element && event.target.closest('a')) return;
		/* A drag that selected text is not a click on the row. */
		if (String(getSelection())) return;
		const slot = this.slotOf(event.target);
		const row = slot && this.options.row(slot.index);
		const cell = event.target instanceof Element ? event.target.closest('.cell') : null;
		if (row) this.options.onPick?.(row, (cell instanceof HTMLElement && cell.dataset.column) || '', event);
	}

	/** Tells screen readers which row is meant, and brings it into view. @param {number} index -1: none */
	showFocus(index) {
		this.focusIndex = index;
		if (index < 0) {
			this.element.removeAttribute('aria-activedescendant');
			return;
		}
		const top = scrollToShow(index, this.body.scrollTop, this.viewport, ROW_HEIGHT);
		if (top !== this.body.scrollTop) this.body.scrollTop = top;
		this.element.setAttribute('aria-activedescendant', `${this.name}-${index}`);
	}

	/** Rows that fit, for Page Up and Page Down. */
	page() {
		return Math.max(1, Math.floor(this.viewport / ROW_HEIGHT) - 1);
	}

	toTop() {
		this.body.scrollTop = 0;
	}

	stop() {
		this.observer.disconnect();
		cancelAnimationFrame(this.frame);
	}
}

/** @param {string} tag @param {string} className */
function make(tag, className) {
	const node = document.createElement(tag);
	node.className = className;
	return node;
}
