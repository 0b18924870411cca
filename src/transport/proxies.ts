/** Where a request came from: the connection's own address, or what a proxy of ours says it was. */

import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

export interface Proxies {
  /** The nearest address that is none of the trusted proxies: what they say of it is as good as they are. */
  readonly addressOf: (request: IncomingMessage) => string;
  /** How the client reached the outermost proxy; undefined where no trusted one says so. */
  readonly schemeOf: (request: IncomingMessage) => 'http' | 'https' | undefined;
}

/** `ranges` in CIDR notation. Forwarding headers of anyone else are what a client made up, and are not read. */
export function createProxies(ranges: readonly string[]): Proxies {
  const trusted = new BlockList();
  for (const range of ranges) {
    const [network = '', prefix] = range.split('/');
    trusted.addSubnet(network, Number(prefix), isIP(network) === 6 ? 'ipv6' : 'ipv4');
  }
  const isTrusted = (address: string) =>
    ranges.length > 0 && isIP(address) !== 0 && trusted.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

  return {
    addressOf({ socket, headers }) {
      let address = plainAddress(socket.remoteAddress ?? '');
      if (!isTrusted(address)) return address;
      for (const hop of listed(headers['x-forwarded-for']).reverse()) {
        const next = plainAddress(hop);
        if (isIP(next) === 0) return address;
        address = next;
        if (!isTrusted(address)) return address;
      }
      return address;
    },
    schemeOf({ socket, headers }) {
      if (!isTrusted(plainAddress(socket.remoteAddress ?? ''))) return undefined;
      const [scheme] = listed(headers['x-forwarded-proto']);
      return scheme === 'http' || scheme === 'https' ? scheme : undefined;
    },
  };
}

/** Node joins a repeated header with commas. */
function listed(header: string | readonly string[] | undefined): string[] {
  return [header ?? []].flat().flatMap((text) => text.split(',').map((item) => item.trim()));
}

/** Without brackets and port, and IPv4 as IPv4 where the socket or a proxy writes it as IPv6. */
function plainAddress(text: string): string {
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? text.replace(/^(\d+(?:\.\d+){3}):\d+$/, '$1');
  return bare.replace(/^::ffff:(?=\d+(?:\.\d+){3}$)/i, '');
}
