/** Which OAuth scopes a message needs besides a valid token: for every request, and for single tools. */

import type { ScopeSettings } from '../model/authentication.ts';

/** Tools that answer other requests than `tools/call`. */
const answeredBy: Readonly<Record<string, readonly string[]>> = {
  'resources/read': ['list_tables', 'get_table_schema'],
  'completion/complete': ['list_databases', 'list_schemas', 'list_tables'],
};

/** What a client should ask for first. */
export const basicScopes = (settings: ScopeSettings): readonly string[] => settings['*'] ?? [];

export const everyScope = (settings: ScopeSettings): readonly string[] => [...new Set(Object.values(settings).flat())];

/** The scopes a body needs, each once, in the order of the configuration; a list of messages needs those of all. */
export function neededScopes(settings: ScopeSettings, body: unknown): readonly string[] {
  const messages: readonly unknown[] = Array.isArray(body) ? body : [body];
  const tools = new Set(messages.flatMap(toolsOf));
  const named = Object.entries(settings).filter(([tool]) => tool === '*' || tools.has(tool));
  return [...new Set(named.flatMap(([, scopes]) => scopes))];
}

function toolsOf(message: unknown): readonly string[] {
  if (typeof message !== 'object' || message === null || !('method' in message)) return [];
  const { method } = message;
  if (typeof method !== 'string') return [];
  if (method !== 'tools/call') return Object.hasOwn(answeredBy, method) ? (answeredBy[method] ?? []) : [];
  const params: unknown = 'params' in message ? message.params : undefined;
  const named = typeof params === 'object' && params !== null && 'name' in params && typeof params.name === 'string';
  return named ? [String(params.name)] : [];
}
