/** What every command is given: nothing global, so that each command can be run in a test as it runs in a terminal. */

import type { AuditLog } from '../audit/audit-log.ts';
import type { Broker } from '../broker/broker.ts';
import type { Catalogs } from '../catalog/catalogs.ts';
import type { Config } from '../config/config.ts';
import type { Databases } from '../databases/databases.ts';
import type { DecisionPoint } from '../policy/decision-point.ts';
import type { Log } from './log.ts';

/** Where a command writes. Nothing but MCP messages may go to stdout in stdio mode; `serve` therefore never calls `out`. */
export interface Terminal {
  /** One line (or several) to stdout; a line feed is added. */
  readonly out: (text: string) => void;
  /** The same to stderr. */
  readonly err: (text: string) => void;
  /** Whether stdout is a terminal: colour and progress only then. */
  readonly interactive: boolean;
}

/** A transport that takes calls. */
export interface Listening {
  /** `stdio`, or the address clients connect to. */
  readonly where: string;
  /** Resolves when the client is gone for good (stdio); never for a listener. */
  readonly closed: Promise<void>;
  /** Takes no new calls, lets those running finish within a deadline. */
  readonly close: () => Promise<void>;
}

/** The parts of a running broker, as `main` composes them. */
export interface Parts {
  readonly config: Config;
  readonly databases: Databases;
  readonly catalogs: Catalogs;
  readonly decisionPoint: DecisionPoint;
  readonly audit: AuditLog;
  readonly broker: Broker;
  /** Opens the transport the configuration names. */
  readonly listen: () => Promise<Listening>;
  /** Closes every connection, then the audit log; after the transport is closed. */
  readonly close: () => Promise<void>;
}

export interface CommandDeps {
  /** The product's version. */
  readonly version: string;
  readonly terminal: Terminal;
  /**
   * Reads `--config FILE`, or what stands for it when absent: old flags among `flags`, old variables, the usual file.
   * Throws ConfigError.
   */
  readonly loadConfig: (file: string | undefined, flags?: Readonly<Record<string, unknown>>) => Promise<Config>;
  /** Builds every part of the broker without listening. Loads policies and opens the audit log. */
  readonly compose: (config: Config, log: Log) => Promise<Parts>;
  /** Sets the code the process ends with when everything is written; a thrown CommandError brings its own. */
  readonly exitWith: (code: 0 | 1 | 2 | 3) => void;
}
