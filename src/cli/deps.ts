/** What every command is given: nothing global, so that each command can be run in a test as it runs in a terminal. */

import type { AuditLog } from '../audit/audit-log.ts';
import type { Broker } from '../broker/broker.ts';
import type { Catalogs } from '../catalog/catalogs.ts';
import type { Config } from '../config/config.ts';
import type { Databases } from '../databases/databases.ts';
import type { DecisionPoint } from '../policy/decision-point.ts';

/** Where a command writes. Nothing but MCP messages may go to stdout in stdio mode; `serve` therefore never calls `out`. */
export interface Terminal {
  /** One line (or several) to stdout; a line feed is added. */
  readonly out: (text: string) => void;
  /** The same to stderr. */
  readonly err: (text: string) => void;
  /** Whether stdout is a terminal: colour and progress only then. */
  readonly interactive: boolean;
}

/** The parts of a running broker, as `main` composes them. */
export interface Parts {
  readonly config: Config;
  readonly databases: Databases;
  readonly catalogs: Catalogs;
  readonly decisionPoint: DecisionPoint;
  readonly audit: AuditLog;
  readonly broker: Broker;
  /** Lets nothing new in, waits for the audit log to be durable, closes every connection. */
  readonly close: () => Promise<void>;
}

export interface CommandDeps {
  readonly terminal: Terminal;
  /** Reads `--config FILE`, or what stands for it when absent. Throws ConfigError. */
  readonly loadConfig: (file: string | undefined) => Promise<Config>;
  /** Builds every part of the broker without listening. Loads policies and opens the audit log. */
  readonly compose: (config: Config) => Promise<Parts>;
}
