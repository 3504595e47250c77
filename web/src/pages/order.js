// @ts-check
/* One order. */
import { Loading } from '../ui/parts.js';

/** @param {{id: string}} _ */
export function OrderView(_) {
	return Loading();
}
