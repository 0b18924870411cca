/** The certificate a client showed when it connected, as far as the listener's authorities vouch for it. */

import type { IncomingMessage } from 'node:http';
import { type PeerCertificate, TLSSocket } from 'node:tls';
import type { CertificateName } from '../model/authentication.ts';
import { isPrincipalId, type Principal } from '../model/principal.ts';

/** Whether the handshake proved a certificate that one of the configured authorities signed. */
export function showsCertificate({ socket }: IncomingMessage): boolean {
  return socket instanceof TLSSocket && socket.authorized;
}

/** Undefined without a valid certificate, and with one that holds no such name, or more than one. */
export function principalOfCertificate(
  { socket }: IncomingMessage,
  from: CertificateName,
  roles: readonly string[],
): Principal | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const names = namesIn(socket.getPeerCertificate(), from);
  const [id] = names;
  if (id === undefined || names.length > 1 || !isPrincipalId(id) || roles.includes(id)) return undefined;
  return Object.freeze({ id, kind: 'service', auth: 'mtls', roles: Object.freeze([]) });
}

const prefixes = { email: 'email:', uri: 'URI:', dns: 'DNS:' } as const;

/** Node quotes an alternative name that could be read as several; such a certificate names nobody. */
function namesIn({ subject, subjectaltname: names = '' }: PeerCertificate, from: CertificateName): readonly string[] {
  if (from === 'common_name') return [subject.CN ?? []].flat();
  if (names.includes('"')) return [];
  const prefix = prefixes[from];
  const listed = names.split(', ').filter((name) => name.startsWith(prefix));
  return listed.map((name) => name.slice(prefix.length));
}
