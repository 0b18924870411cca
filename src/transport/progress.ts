/** Progress for a client that asked for it: a sleeping database takes up to a minute, and silence looks like a fault. */

import type { ServerContext } from '@modelcontextprotocol/server';
import type { CallContext, WaitReason } from '../model/request.ts';

const messages: Readonly<Record<WaitReason, string>> = {
  resuming: 'The database is waking up from a pause; the call waits for it.',
  throttled: 'The service of the database asked for patience; the call waits and is sent again.',
};

/** Nothing where the request carries no progress token. Each waiting counts one further; there is no total. */
export function progressOf({ mcpReq }: ServerContext): Pick<CallContext, 'onWait'> {
  const progressToken = mcpReq._meta?.progressToken;
  if (progressToken === undefined) return {};
  let progress = 0;
  const onWait = (why: WaitReason) => {
    progress += 1;
    const params = { progressToken, progress, message: messages[why] };
    mcpReq.notify({ method: 'notifications/progress', params }).catch(() => undefined); // the client may be gone
  };
  return { onWait };
}
