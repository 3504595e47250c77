// @ts-check
/* A list that is loaded whole and sorted here: companies, sensors, months. */
import { html, useEffect, useRef, useState } from '../lib.js';
import { word } from '../app.js';
import { useCommands } from '../commands.js';
import { Grid, ROW_HEIGHT } from './grid.js';

/**
 * @template T
 * @typedef {import('./grid.js').Column<T> & {sort?: (item: T) => number | string}} SortColumn
 */

/** @param {number | string} a @param {number | string} b */
function compare(a, b) {
	if (typeof a === 'number' && typeof b === 'number') return a - b;
	return String(a).localeCompare(String(b), document.documentElement.lang);
}

/** @template {{id: number}} T */
class TableModel {
	/**
	 * @param {string} label
	 * @param {SortColumn<T>[]} columns
	 * @param {{key: string, down: boolean}} sort
	 * @param {(item: T) => void} [onOpen]
	 * @param {(item: T) => string} [rowClass]
	 * @param {(items: T[]) => void} [onOrder]
	 */
	constructor(label, columns, sort, onOpen, rowClass, onOrder) {
		/** @type {T[]} */
		this.items = [];
		this.columns = columns;
		this.sort = sort;
		this.at = -1;
		this.stamp = 1;
		this.onOpen = onOpen;
		this.onOrder = onOrder;
		this.grid = new Grid({
			label,
			columns: columns.map((c) => ({ ...c, sortable: Boolean(c.sort) })),
			count: () => this.items.length,
			row: (index) => (this.items[index] ? { id: this.items[index].id, stamp: this.stamp, item: this.items[index] } : undefined),
			paintRow: (row, node) => {
				node.className = `row ${rowClass?.(row.item) ?? ''}`;
				node.classList.toggle('focused', this.items[this.at]?.id === row.id);
			},
			onPick: (row) => this.focus(this.items.findIndex((i) => i.id === row.id)),
			onOpen: (row) => onOpen?.(row.item),
			onSort: (key) => this.sortBy(key),
		});
	}

	/** @param {T[]} items */
	show(items) {
		const focused = this.items[this.at]?.id;
		this.items = [...items];
		this.order();
		this.at = this.items.findIndex((i) => i.id === focused);
	}

	/** @param {string} key */
	sortBy(key) {
		this.sort = { key, down: this.sort.key === key ? !this.sort.down : true };
		this.order();
	}

	order() {
		const by = this.columns.find((c) => c.key === this.sort.key)?.sort;
		const sign = this.sort.down ? -1 : 1;
		if (by) this.items.sort((a, b) => sign * compare(by(a), by(b)) || a.id - b.id);
		this.grid.showSort(this.sort.key, this.sort.down);
		this.onOrder?.(this.items);
		this.repaint();
	}

	repaint() {
		this.stamp++;
		this.grid.refresh();
	}

	/** @param {number} index */
	focus(index) {
		this.at = Math.max(-1, Math.min(index, this.items.length - 1));
		this.grid.showFocus(this.at);
		this.repaint();
	}

	/** @returns {import('../commands.js').Command[]} */
	commands() {
		/** @type {(id: string, keys: string[], run: () => void) => import('../commands.js').Command} */
		const make = (id, keys, run) => ({ id, keys, label: word('command', id), scope: 'page', run });
		return [
			make('next', ['j', 'ArrowDown'], () => this.focus(this.at + 1)),
			make('previous', ['k', 'ArrowUp'], () => this.focus(Math.max(0, this.at - 1))),
			make('open', ['Enter', 'o'], () => {
				const item = this.items[this.at];
				if (item) this.onOpen?.(item);
			}),
			make('back', ['Escape'], () => {
				if (document.activeElement instanceof HTMLElement && document.activeElement.closest('.filters')) this.grid.element.focus();
				else this.focus(-1);
			}),
			make('filter', ['/'], () => document.getElementById('filter-text')?.focus()),
		];
	}
}

/**
 * @template {{id: number}} T
 * @param {{label: string, columns: () => SortColumn<T>[], items: T[], sort: {key: string, down: boolean}, onOpen?: (item: T) => void, rowClass?: (item: T) => string, rows?: number, onOrder?: (items: T[]) => void, opened?: (item: T) => boolean}} props
 *   onOrder: told the items as they stand; opened: the row that was left, which is focused at first; rows: as tall as that many rows at most; otherwise it fills its place
 */
export function TableGrid({ label, columns, items, sort, onOpen, rowClass, rows, onOrder, opened }) {
	const place = useRef(/** @type {HTMLDivElement | null} */ (null));
	const [model] = useState(() => new TableModel(label, columns(), sort, onOpen, rowClass, onOrder));
	const first = useRef(true);
	useEffect(() => {
		place.current?.replaceChildren(model.grid.element);
		if (rows === undefined && document.activeElement === document.body) model.grid.element.focus({ preventScroll: true });
		return () => model.grid.stop();
	}, [model]);
	useEffect(() => {
		if (rows !== undefined && place.current) place.current.style.height = `${ROW_HEIGHT * (1 + Math.min(rows, Math.max(1, items.length))) + 2}px`;
		model.show(items);
		const at = first.current && opened ? model.items.findIndex(opened) : -1;
		if (at >= 0) model.focus(at);
		first.current = false;
	}, [model, items]);
	useCommands(() => (rows === undefined ? model.commands() : []), [model]);
	return html`<div class=${rows === undefined ? 'grid-place' : 'grid-place short'} ref=${place}></div>`;
}
