/** The request of a listing answered from the catalog snapshot: it names the fixed text whose answer the snapshot is. */

import { noParameters, type QueryRequest } from '../model/request.ts';
import type { Invocation } from './tool.ts';

export function snapshotRequest({ call }: Invocation, databaseId: string | undefined): QueryRequest {
  return {
    call,
    databaseId,
    action: 'list',
    statement: { from: 'fixed', name: 'catalog_relations', parameters: noParameters },
    intent: 'read',
  };
}
