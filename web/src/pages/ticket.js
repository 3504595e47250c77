// @ts-check
/* One ticket. */
import { Loading } from '../ui/parts.js';

/** @param {{id: string}} _ */
export function TicketView(_) {
	return Loading();
}
