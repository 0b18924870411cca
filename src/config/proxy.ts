/** The proxy of the environment: HTTPS_PROXY and NO_PROXY, as most programs read them. */

import { getProxyForUrl } from 'proxy-from-env';

/** The proxy for `url`, which may hold a password; undefined where there is none. Loopback is never behind one. */
export function proxyFor(url: URL): string | undefined {
  if (/^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url.hostname)) return undefined;
  const proxy = getProxyForUrl(url.href);
  return proxy === '' ? undefined : proxy;
}
