/** Which Host and Origin headers are let in: what keeps a web page from reaching a local server through the user's browser. */

import { isIP } from 'node:net';
import { localhostAllowedHostnames, validateHostHeader, validateOriginHeader } from '@modelcontextprotocol/server';

export interface GuardSettings {
  readonly listen: { readonly host: string };
  readonly publicUrl?: string;
  /** Host names accepted besides the listen address and the public URL. */
  readonly allowedHosts: readonly string[];
  /** Whole origins (`https://app.example.com`) or host names. */
  readonly allowedOrigins: readonly string[];
}

export interface Guards {
  readonly host: (header: string | undefined) => boolean;
  /** A missing Origin passes: only browsers send one. */
  readonly origin: (header: string | undefined) => boolean;
}

/** Host headers that were let in before and are not read again. */
const hostsKept = 64;

const wildcards = new Set(['0.0.0.0', '::', '[::]', '']);

/** Loopback as Node binds it. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/**
 * DNS rebinding needs a name the attacker owns, so on a wildcard address a literal IP address passes, and names must be
 * listed. On a loopback address only loopback names pass besides the listed ones.
 */
export function createGuards(settings: GuardSettings): Guards {
  const { host: bound } = settings.listen;
  const wildcard = wildcards.has(bound);
  const local = isLoopback(bound) ? localhostAllowedHostnames() : [];
  const own = settings.publicUrl === undefined ? [] : [new URL(settings.publicUrl)];
  const hosts = [
    ...local,
    ...(wildcard ? [] : [bracketed(bound)]),
    ...own.map((url) => url.hostname),
    ...settings.allowedHosts.map(withoutPort),
  ].map((name) => name.toLowerCase());
  const origins = new Set([...own.map((url) => url.origin), ...settings.allowedOrigins].map((o) => o.toLowerCase()));
  const originHosts = [...local, ...settings.allowedOrigins.filter((origin) => !origin.includes('://'))];
  const known = new Set<string>();
  const isAllowedHost = (header: string | undefined) =>
    validateHostHeader(header?.toLowerCase(), hosts).ok || (wildcard && isAddress(header));
  return {
    host(header) {
      if (header !== undefined && known.has(header)) return true;
      const allowed = isAllowedHost(header);
      if (allowed && header !== undefined && known.size < hostsKept) known.add(header);
      return allowed;
    },
    origin: (header) =>
      header === undefined || origins.has(header.toLowerCase()) || validateOriginHeader(header, originHosts).ok,
  };
}

function isAddress(header: string | undefined): boolean {
  return header !== undefined && isIP(withoutPort(header).replace(/^\[|\]$/g, '')) !== 0;
}

function withoutPort(host: string): string {
  return host.replace(/:\d{1,5}$/, '');
}

/** A host as URLs and Host headers write it. */
export function bracketed(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}
