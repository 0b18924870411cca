/** The way out: through the proxy that HTTPS_PROXY names, where there is one; its package is loaded only then. */

/** The proxy for a URL, as the configuration read it from the environment; it may hold a password, so it goes nowhere else. */
export type ProxyFor = (url: URL) => string | undefined;

export interface SocketLimit {
  readonly maxSockets: number;
  readonly keepAlive: true;
}

type HttpsAgent = import('node:https').Agent;

/** What the SDK's request handler takes. */
export interface Agents {
  readonly httpsAgent: SocketLimit | HttpsAgent;
  readonly httpAgent: SocketLimit;
}

/**
 * Plain HTTP goes to this machine alone, and past any proxy. Through a proxy TLS still ends at AWS (CONNECT): the proxy
 * sees host names and no SQL.
 */
export async function agentsFor(endpoint: string, sockets: number, proxyFor?: ProxyFor): Promise<Agents> {
  const limit: SocketLimit = { maxSockets: sockets, keepAlive: true };
  const url = new URL(endpoint);
  const proxy = url.protocol === 'https:' ? proxyFor?.(url) : undefined;
  if (proxy === undefined) return { httpsAgent: limit, httpAgent: limit };
  const { HttpsProxyAgent } = await import('https-proxy-agent');
  return { httpsAgent: new HttpsProxyAgent(proxy, limit), httpAgent: limit };
}
