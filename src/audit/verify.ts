/** Verifies a log from its bytes alone: one streaming pass, constant memory, no network, no writer, the first damage by byte offset. */

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readAnchoredHeads } from './anchored-heads.ts';
import { sha256, zeroHash } from './chain.ts';
import type { Finding, Severity } from './findings.ts';
import type { Counts } from './full-check.ts';
import { hasJournal } from './journal-frames.ts';
import { accessLog, anchorLog, isInstanceLive, listLogs, listSegments, logDirectory } from './layout.ts';
import { createWalk, type WalkOptions } from './log-walk.ts';
import type { Checkpoint } from './note.ts';

export interface VerifyOptions extends WalkOptions {
  /** Only these databases; a missing one is a finding. */
  readonly only?: readonly string[];
}

export interface LogReport {
  /** `database/instance`. */
  readonly log: string;
  readonly origin: string | undefined;
  readonly records: number;
  readonly bytes: number;
  readonly files: number;
  /** Merkle root over `records` lines, and the leaf hash of the last one. */
  readonly root: string;
  readonly leaf: string;
  readonly live: boolean;
  readonly signed: boolean;
  /** Lines that a signed head covers, and the newest head. */
  readonly sealed: number;
  readonly note: string | undefined;
  /** Heads of the anchor log that its seals carry. */
  readonly anchors: readonly { readonly size: number; readonly root: string }[];
  /** Present after a full verification. */
  readonly counts?: Counts;
  readonly findings: readonly Finding[];
}

/** Whether heads are signed wherever a server writes; readers hold no key to sign `_access` with. */
export function areSigned(logs: readonly LogReport[]): boolean {
  const written = logs.filter(({ log }) => !log.startsWith(`${accessLog}/`));
  return written.length > 0 && written.every(({ signed }) => signed);
}

/** Verifies every log under an audit directory, or those asked for. Takes no lock; a copied directory will do. */
export async function verifyDirectory(root: string, options: VerifyOptions = {}): Promise<readonly LogReport[]> {
  const { only = [], against = [] } = options;
  const all = await listLogs(root);
  const wanted = only.length === 0 ? all : all.filter(({ id }) => only.includes(id));
  const anchoredBy = await readAnchors(root, all);
  const reports: LogReport[] = [];
  const carried: Checkpoint[] = []; // heads of the anchor log, as the seals of other logs tell them
  const last = (id: string) => Number(id === anchorLog);
  for (const { id, instance } of [...wanted].sort((a, b) => last(a.id) - last(b.id))) {
    const anchored = id === anchorLog ? carried : (anchoredBy.get(instance) ?? []);
    const own = [...against, ...anchored].filter(({ origin }) => origin.endsWith(`/${id}/${instance}`));
    const live = await isInstanceLive(root, instance);
    const name = `${id}/${instance}`;
    const trusted = id === accessLog ? [] : (options.trusted ?? []); // readers hold no key of the server's
    const report = await verifyLog(logDirectory(root, id, instance), name, live, { ...options, trusted, against: own });
    carried.push(...report.anchors.map((head) => ({ ...head, origin: anchorOrigin(report) })));
    const judged = withStrangeHead(report, against);
    reports.push(live || !(await hasJournal(root, instance)) ? judged : withJournal(judged));
  }
  const isAnchorGone = only.length === 0 && carried.length > 0 && !all.some(({ id }) => id === anchorLog);
  if (isAnchorGone)
    reports.push(missingReport(anchorLog, 'damage', 'seals carry heads of an anchor log, and there is none'));
  reports.push(...(await goneLogs(root, only, [...against, ...[...anchoredBy.values()].flat()], reports)));
  const missing = only.filter((id) => !wanted.some((log) => log.id === id));
  return [...reports, ...missing.map((id) => missingReport(id, 'finding', `there is no log of ${id}`))];
}

/** Heads of this place that are all of another deployment's log: the one they are of was put away, and this one in its place. */
function withStrangeHead(report: LogReport, against: readonly Checkpoint[]): LogReport {
  const heads = against.filter(({ origin }) => origin.endsWith(`/${report.log}`));
  const [head] = heads;
  if (head === undefined || heads.some(({ origin }) => origin === report.origin)) return report;
  const message = `a head kept elsewhere is of ${head.origin}, and this is the log ${report.origin ?? 'of nobody'}`;
  const finding: Finding = { severity: 'damage', code: 'contradicts_head', log: report.log, message };
  return { ...report, findings: [...report.findings, finding] };
}

/** The heads in the anchor log of each instance, read before the logs they speak of: those may have grown since. */
async function readAnchors(
  root: string,
  logs: readonly LogName[],
): Promise<ReadonlyMap<string, readonly Checkpoint[]>> {
  const anchors = new Map<string, readonly Checkpoint[]>();
  for (const { id, instance } of logs)
    if (id === anchorLog) anchors.set(instance, await readAnchoredHeads(root, instance));
  return anchors;
}

interface LogName {
  readonly id: string;
  readonly instance: string;
}

/** Logs of which there is a head and nothing else: removed whole, or put out of sight. */
async function goneLogs(
  root: string,
  only: readonly string[],
  heads: readonly Checkpoint[],
  reports: readonly LogReport[],
): Promise<readonly LogReport[]> {
  const seen = new Set(reports.map(({ log }) => log));
  const places = new Set(heads.map(({ origin }) => origin.split('/').slice(-2).join('/')));
  const wanted = (place: string) => only.length === 0 || only.includes(place.split('/')[0] ?? '');
  const unseen = [...places].filter((place) => !seen.has(place) && wanted(place));
  if (unseen.length === 0) return [];
  const now = new Set((await listLogs(root)).map(({ id, instance }) => `${id}/${instance}`)); // one may have begun meanwhile
  const gone = unseen.filter((place) => !now.has(place));
  return gone.map((place) => missingReport(place, 'damage', 'there is a head of this log, and no log'));
}

/** Only a power cut makes a difference: what a process wrote before it was killed is in the logs all the same. */
function withJournal(report: LogReport): LogReport {
  const message = 'a journal is left: start the server once, or replay it on a copy, before judging how this log ends';
  const pending: Finding = { severity: 'note', code: 'journal_pending', log: report.log, message };
  return { ...report, findings: [...report.findings, pending] };
}

/** The anchor log of the same deployment and instance. */
function anchorOrigin({ origin = '' }: LogReport): string {
  const [deployment = '', instance = ''] = [origin.split('/').slice(0, -2).join('/'), origin.split('/').at(-1)];
  return `${deployment}/${anchorLog}/${instance}`;
}

function missingReport(id: string, severity: Severity, message: string): LogReport {
  const findings: Finding[] = [{ severity, code: 'no_log', log: id, message }];
  return {
    log: id,
    origin: undefined,
    records: 0,
    bytes: 0,
    files: 0,
    root: sha256(''),
    signed: false,
    sealed: 0,
    note: undefined,
    anchors: [],
    leaf: zeroHash,
    live: false,
    findings,
  };
}

/** Verifies one log. Stops at the first damage of its chain: what follows it proves nothing. */
export async function verifyLog(
  directory: string,
  log: string,
  live: boolean,
  options: VerifyOptions,
): Promise<LogReport> {
  const findings: Finding[] = [];
  const segments = await listSegments(directory);
  const walk = createWalk(log, options, (severity, code, message, where) => {
    findings.push({ severity, code, log, ...where, message });
  });
  let bytes = 0;
  for (const [index, segment] of segments.entries()) {
    bytes += await walk.segment(segment, index === segments.length - 1, live);
    if (walk.broken()) break;
  }
  if (segments.length === 0) walk.report('finding', 'no_log', 'the log has no files');
  walk.finish(live);
  return { log, ...walk.state(), bytes, files: segments.length, live, findings };
}

/** Whether `root` is an audit directory at all. */
export async function isAuditDirectory(root: string): Promise<boolean> {
  const isDirectory = await stat(root).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  return (
    isDirectory &&
    ((await listLogs(root)).length > 0 || (await stat(join(root, '_broker')).catch(() => undefined)) !== undefined)
  );
}
