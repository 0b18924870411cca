/** Hints for hosts that ask people before a call. They are hints only: what a call may do is decided in the corridor. */

import type { ToolAnnotations } from '@modelcontextprotocol/server';

export const looks: ToolAnnotations = {
  readOnlyHint: true,
  destructiveHint: false,
  openWorldHint: false,
};

export const writes: ToolAnnotations = {
  readOnlyHint: false,
  destructiveHint: true,
  idempotentHint: false,
  openWorldHint: false,
};
