/** What every command is given: nothing global, so that each command can be run in a test as it runs in a terminal. */

import type { AuditDesk } from '../audit/desk.ts';
import type { Broker } from '../broker/answer.ts';
import type { Catalogs } from '../catalog/catalogs.ts';
import type { Config, ShipSettings } from '../config/config.ts';
import type { Databases } from '../databases/databases.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { Status } from '../fleet/status.ts';
import type { Database } from '../model/database.ts';
import type { DecisionPoint } from '../policy/decision-point.ts';
import type { ShipTarget } from '../shipping/target.ts';
import type { HttpOptions } from '../transport/http-server.ts';
import type { EmulateAws } from './demo-rds.ts';
import type { DiscoverClusters } from './discover.ts';
import type { ExamineReach } from './doctor-reach.ts';
import type { Log } from './log.ts';

/** Where a command writes. Nothing but MCP messages may go to stdout in stdio mode; `serve` therefore never calls `out`. */
export interface Terminal {
  /** One line (or several) to stdout; a line feed is added. */
  readonly out: (text: string) => void;
  /** The same to stderr. */
  readonly err: (text: string) => void;
  /** Shown on stderr until something else is told, where stderr is a terminal; an empty text takes it away. */
  readonly passing: (text: string) => void;
  /** Whether stdout is a terminal: colour and folding only then. */
  readonly interactive: boolean;
  /** Whether stderr is one. */
  readonly watched: boolean;
  /** Columns of it; 80 where there is no terminal. */
  readonly width: number;
}

export interface OperatorMetrics {
  /** The text of /metrics. */
  readonly text: () => Promise<string>;
  /** From now on the sessions of a listener are told too, by transport. */
  readonly watchSessions: (sessions: () => Readonly<Record<string, number>>) => void;
}

/** The parts of a running broker, as `main` composes them. */
export interface Parts {
  readonly databases: Databases;
  readonly catalogs: Catalogs;
  readonly decisionPoint: DecisionPoint;
  readonly audit: AuditDesk;
  readonly broker: Broker;
  /** The configuration in force, and its replacement. */
  readonly fleet: Fleet;
  readonly toolbox: HttpOptions['toolbox'];
  readonly status: Status;
  /** Only where `admin_listen` is set. */
  readonly metrics: OperatorMetrics | undefined;
  /** Loads what the first query needs (grammar, driver), so that it does not wait for it. Never rejects. */
  readonly warmUp: () => Promise<void>;
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
  /** Reads a configuration file again without holding up calls. Throws ConfigError. */
  readonly readAside: (file: string, inForce: readonly Database[]) => Promise<Config>;
  /** Builds every part of the broker without listening. Loads policies, opens the audit log, records what is in force. */
  readonly compose: (config: Config, log: Log) => Promise<Parts>;
  /** Opens where the log is copied to; `series` names this audit directory there. Nothing is sent yet. */
  readonly openShipTarget: (ship: ShipSettings, series: string) => Promise<ShipTarget>;
  /** The Aurora PostgreSQL clusters of an account and region. */
  readonly discoverClusters: DiscoverClusters;
  /** What stands between this process and a database, AWS and the server's certificate; it logs in nowhere. */
  readonly examineReach: ExamineReach;
  /** Starts the imitation of the RDS Data API that `demo --rds` talks to. */
  readonly emulateAws: EmulateAws;
  /** Sets the code the process ends with when everything is written; a thrown CommandError brings its own. */
  readonly exitWith: (code: 0 | 1 | 2 | 3) => void;
}
