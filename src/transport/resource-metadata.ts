/** What an OAuth client is told of this resource server (RFC 9728): where it gets a token, and for what. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ScopeSettings } from '../model/authentication.ts';
import { HttpProblem } from './problem.ts';
import { basicScopes, everyScope } from './scopes.ts';

const wellKnown = '/.well-known/oauth-protected-resource';

export interface ResourceMetadata {
  /** Whether the path is one of the document's: with the path of the resource, and without it for older clients. */
  readonly isAt: (pathname: string) => boolean;
  /** Answers with the document. Throws HttpProblem 405. */
  readonly answer: (request: IncomingMessage, response: ServerResponse) => void;
  /** The value of WWW-Authenticate for a token that must hold these scopes and does not. */
  readonly stepUp: (request: IncomingMessage, scopes: readonly string[]) => string;
  /** The value of WWW-Authenticate for a caller without a token, or with one that is not valid. */
  readonly challenge: (request: IncomingMessage, presented: boolean) => string;
}

export interface ResourceSettings {
  readonly issuer: string;
  readonly scopes: ScopeSettings;
  /** The address clients use; without it, the Host header they sent, which has passed the guard. */
  readonly publicUrl: string | undefined;
  readonly schemeOf: (request: IncomingMessage) => 'http' | 'https';
}

export function createResourceMetadata({ issuer, publicUrl, schemeOf, scopes }: ResourceSettings): ResourceMetadata {
  const resourceOf = (request: IncomingMessage) =>
    new URL(publicUrl ?? `${schemeOf(request)}://${request.headers.host ?? 'localhost'}/mcp`);
  const ownPath = publicUrl === undefined ? '/mcp' : new URL(publicUrl).pathname;
  const paths = new Set([wellKnown, `${wellKnown}/mcp`, `${wellKnown}${ownPath}`.replace(/\/$/, '')]);
  const supported = everyScope(scopes);
  const basic = basicScopes(scopes);
  const whereOf = (request: IncomingMessage) => {
    const { origin, pathname } = resourceOf(request);
    return `resource_metadata="${origin}${wellKnown}${pathname.replace(/\/$/, '')}"`;
  };
  return {
    isAt: (pathname) => paths.has(pathname),
    answer(request, response) {
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        throw new HttpProblem(405, 'Method not allowed.', -32000, { Allow: 'GET, HEAD' });
      }
      response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'max-age=300', Vary: 'Host' });
      response.end(
        JSON.stringify({
          resource: resourceOf(request).href,
          authorization_servers: [issuer],
          bearer_methods_supported: ['header'],
          ...(supported.length === 0 ? {} : { scopes_supported: supported }),
          resource_name: 'pgwarden',
        }),
      );
    },
    challenge(request, presented) {
      const where = [...(basic.length === 0 ? [] : [`scope="${basic.join(' ')}"`]), whereOf(request)].join(', ');
      return presented ? `Bearer error="invalid_token", ${where}` : `Bearer ${where}`;
    },
    stepUp: (request, wanted) => `Bearer error="insufficient_scope", scope="${wanted.join(' ')}", ${whereOf(request)}`,
  };
}
