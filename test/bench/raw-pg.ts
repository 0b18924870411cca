/** The measure: the same statements through `pg` itself, from the load generator's own process. */

import pg from 'pg';
import type { Address, Contender } from './contender.ts';
import { rawName } from './figures.ts';

export function rawPg(address: Address, callers: number): Contender {
  const pool = new pg.Pool({ ...address, ssl: false, max: callers });
  return {
    name: rawName,
    pid: process.pid,
    async call(_caller, { sql, values }) {
      await pool.query(sql, [...values]);
    },
    close: () => pool.end(),
  };
}
