/** What the corridor is built of: the rooms it leads through, and who may look on. */

import type { AuditLog } from '../audit/audit-log.ts';
import type { Backend } from '../backends/backend.ts';
import type { Catalogs } from '../catalog/catalogs.ts';
import type { Databases } from '../databases/databases.ts';
import type { DecisionPoint } from '../policy/decision-point.ts';
import type { Watch } from './answer.ts';

export interface BrokerParts {
  readonly databases: Databases;
  readonly catalogs: Catalogs;
  readonly decisionPoint: DecisionPoint;
  readonly audit: AuditLog;
  readonly backends: Backend;
  /** An observer, where there is one. */
  readonly watch?: Watch;
}
