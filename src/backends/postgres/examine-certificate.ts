/** Looks at the certificate a server shows, without logging in: who signed it, for which names, until when. */

import { once } from 'node:events';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { checkServerIdentity, connect as connectTls, type DetailedPeerCertificate, type TLSSocket } from 'node:tls';
import type { DirectPostgresConnection } from '../../model/database.ts';
import type { ReachFinding } from '../aws/examine-aws.ts';
import { placeOfRoots } from '../aws/published-roots.ts';
import { tlsOptions } from './tls.ts';

/** The request for TLS that comes before a session (PostgreSQL documentation, 55.2.11): length 8, code 80877103. */
const sslRequest = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);
const day = 24 * 60 * 60_000;
/** Milliseconds before the end of a certificate from which it is noted. */
const soon = 30 * day;

const bad = (code: string, message: string, hint: string): ReachFinding => ({ severity: 'bad', code, message, hint });

/** Nothing where TLS is off or verifies nobody (doctor says so elsewhere), and where the server cannot be reached. */
export async function examineCertificate(
  connection: DirectPostgresConnection,
  now: Date = new Date(),
): Promise<readonly ReachFinding[]> {
  if (connection.ssl === 'disable' || (connection.ssl === 'require' && connection.caFile === undefined)) return [];
  let socket: TLSSocket | undefined;
  try {
    socket = await handshake(connection);
    return judge(connection, socket, now);
  } catch {
    return []; // the examination of the database itself tells why
  } finally {
    socket?.destroy();
  }
}

async function handshake(connection: DirectPostgresConnection): Promise<TLSSocket> {
  const { hostname, port } = connection;
  const options = await tlsOptions(connection);
  const signal = AbortSignal.timeout(10_000);
  const tcp = connectTcp({ host: hostname, port, signal });
  try {
    await once(tcp, 'connect', { signal });
    await speakTls(tcp, signal);
    const name = isIP(hostname) === 0 ? { servername: hostname } : {};
    // the name is looked at apart from the chain, so that each is told by itself
    const looking = { rejectUnauthorized: false, checkServerIdentity: () => undefined };
    const socket = connectTls({ ...options, ...name, ...looking, socket: tcp });
    await once(socket, 'secureConnect', { signal });
    return socket;
  } catch (cause) {
    tcp.destroy();
    throw cause;
  }
}

async function speakTls(tcp: Socket, signal: AbortSignal): Promise<void> {
  tcp.write(sslRequest);
  const [answer] = await once(tcp, 'data', { signal });
  if (String(answer) !== 'S') throw new Error('the server does not speak TLS');
}

/** The last certificate the server sent towards its root; the root itself it may leave out. */
function lastOf(certificate: DetailedPeerCertificate): DetailedPeerCertificate {
  const next: DetailedPeerCertificate | undefined = certificate.issuerCertificate;
  return next === undefined || next.fingerprint256 === certificate.fingerprint256 ? certificate : lastOf(next);
}

function judge(connection: DirectPostgresConnection, socket: TLSSocket, now: Date): readonly ReachFinding[] {
  const certificate = socket.getPeerCertificate(true);
  const findings: ReachFinding[] = [];
  const ends = new Date(certificate.valid_to);
  if (ends < now)
    findings.push(
      bad('tls_expired', `The server's certificate ended on ${dateOf(ends)}.`, 'Give the server a new one.'),
    );
  else if (!socket.authorized) findings.push(rootMissing(connection, lastOf(certificate)));
  if (ends >= now && ends.getTime() - now.getTime() < soon)
    findings.push({
      severity: 'warning',
      code: 'tls_expires',
      message: `The server's certificate ends on ${dateOf(ends)}.`,
      hint: 'Renew it in time.',
    });
  if (connection.ssl === 'verify-full' && checkServerIdentity(connection.hostname, certificate) !== undefined)
    findings.push(
      bad(
        'tls_name',
        "The server's certificate is for other names than the configured hostname.",
        'Write the name the certificate is for; for RDS the endpoint itself, not an alias.',
      ),
    );
  return findings;
}

function rootMissing({ hostname, caFile }: DirectPostgresConnection, last: DetailedPeerCertificate): ReachFinding {
  const { CN, O } = last.issuer;
  const root = [CN, O]
    .flat()
    .filter((part) => part !== undefined)
    .join(', ');
  const among = caFile === undefined ? 'the roots that come with pgwarden' : 'the roots of the configured ca file';
  const published = placeOfRoots(hostname);
  return bad(
    'tls_root_missing',
    `The server's certificate leads to the root "${root}", which is not among ${among}.`,
    published === undefined
      ? 'Name a file with that root: ca: { file: … }.'
      : `AWS publishes the roots of all regions: ${published}. Name the file: ca: { file: … }.`,
  );
}

const dateOf = (date: Date) => date.toISOString().slice(0, 10);
