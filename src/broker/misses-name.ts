/** Whether the server does not know a name that the snapshot knew: the catalog is then read anew for the next call. */

import type { BrokerError } from '../model/errors.ts';

/** undefined_table, undefined_column, undefined_function, undefined_object, invalid_schema_name */
const states: ReadonlySet<string> = new Set(['42P01', '42703', '42883', '42704', '3F000']);

export const missesName = ({ sqlstate }: BrokerError): boolean => states.has(sqlstate ?? '');
