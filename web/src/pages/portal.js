// @ts-check
/* Portal. */
import { Loading } from '../ui/parts.js';

/** @param {{}} _ */
export function Portal(_) {
	return Loading();
}
