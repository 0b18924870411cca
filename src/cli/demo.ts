/** `pgwarden demo`: the whole product on an embedded PostgreSQL, with sample data, policies and two people; no set-up. */

import { once } from 'node:events';
import { exitCodeOf } from '../audit/findings.ts';
import { verifyDirectory } from '../audit/verify.ts';
import { connectClient } from '../transport/client.ts';
import { CommandError } from './command-error.ts';
import { ana, omar } from './demo-data.ts';
import type { DemoCloud } from './demo-rds.ts';
import { createScreen, type Screen } from './demo-screen.ts';
import { walkTour } from './demo-tour.ts';
import { createDemoWorkspace, type DemoWorkspace } from './demo-workspace.ts';
import type { CommandDeps } from './deps.ts';
import { type Listening, listenHttp } from './listen.ts';
import { createLog } from './log.ts';

export interface DemoOptions {
  readonly once?: boolean;
  readonly rds?: boolean;
  readonly transport?: string;
  readonly listen: string;
}

/** Resolves when the client is gone (stdio), the operator stops it (HTTP), or the tour is over (`--once`). */
export async function demo(options: DemoOptions, deps: CommandDeps): Promise<void> {
  const transport = options.transport ?? 'streamable-http';
  if (transport !== 'stdio' && transport !== 'streamable-http') {
    throw new CommandError('the demo runs over streamable-http or stdio.', 2);
  }
  if (options.once === true && transport === 'stdio') {
    throw new CommandError('the tour runs over HTTP: leave out --transport stdio.', 2);
  }
  const cloud = options.rds === true ? await startCloud(deps) : undefined;
  const listen = options.once === true ? '127.0.0.1:0' : options.listen;
  const workspace = { ...(await createDemoWorkspace(listen, cloud?.databases)), cloud };
  try {
    if (transport === 'stdio') await demoOverStdio(workspace, deps);
    else await demoOverHttp(workspace, options.once === true, deps);
  } finally {
    await workspace.remove();
    await cloud?.close();
  }
}

/** The workspace, and with `--rds` the service in front of its databases. */
interface Demo extends DemoWorkspace {
  readonly cloud: DemoCloud | undefined;
}

async function startCloud({ emulateAws }: CommandDeps): Promise<DemoCloud> {
  const { startDemoCloud } = await import('./demo-rds.ts');
  return startDemoCloud(emulateAws);
}

async function demoOverStdio(workspace: Demo, deps: CommandDeps): Promise<void> {
  const [{ serve }, { hearSignals }] = await Promise.all([import('./serve.ts'), import('./signals.ts')]);
  await serve({ config: workspace.config, transport: 'stdio' }, deps, { signals: hearSignals() });
}

async function demoOverHttp(workspace: Demo, tourOnly: boolean, deps: CommandDeps): Promise<void> {
  const screen = createScreen(deps.terminal);
  screen.title('pgwarden demo: two databases, two people, one policy');
  if (workspace.cloud !== undefined)
    screen.line(`Behind an imitation of the RDS Data API on ${workspace.cloud.endpoint}; the AWS SDK is the real one.`);
  else if (tourOnly) screen.line('Starting PostgreSQL in this process …');
  const config = await deps.loadConfig(workspace.config);
  const log = createLog(config.log.level);
  const parts = await deps.compose(config, log);
  let broken = 0;
  try {
    const listening = await listenHttp(
      { config, version: deps.version, log, applyWaiting: async () => 'nothing', reload: async () => undefined },
      parts,
    );
    try {
      if (tourOnly) broken = await tour(workspace, listening, screen);
      else await serveUntilStopped(workspace, listening, screen);
    } finally {
      await listening.close();
    }
  } finally {
    await parts.close();
    await log.flush();
  }
  if (tourOnly) await conclude(workspace, broken, screen, deps);
}

async function tour(workspace: Demo, { where }: Listening, screen: Screen): Promise<number> {
  const connect = (name: string) => connectClient(where, workspace.keys[name] ?? '', `demo of ${name}`);
  const clients = { ana: await connect(ana.name), omar: await connect(omar.name) };
  try {
    const { auditDirectory, cloud } = workspace;
    const { broken, refused } = await walkTour({ screen, clients, auditDirectory, overDataApi: cloud !== undefined });
    if (cloud === undefined) return broken;
    const { showRequests } = await import('./demo-rds.ts');
    return broken + showRequests(cloud, refused, screen);
  } finally {
    await Promise.all([clients.ana.close(), clients.omar.close()]);
  }
}

/** The last promise, checked when every file is closed: the log is whole. */
async function conclude(workspace: DemoWorkspace, broken: number, screen: Screen, deps: CommandDeps): Promise<void> {
  const reports = await verifyDirectory(workspace.auditDirectory, { full: true });
  const records = reports.reduce((sum, report) => sum + report.records, 0);
  const intact = reports.length > 0 && exitCodeOf(reports.flatMap(({ findings }) => findings)) === 0;
  screen.title('audit verify --full');
  for (const { log, records: count, leaf } of reports)
    screen.line(`   ${log}: ${count} records, last leaf ${leaf.slice(0, 16)}…`);
  screen.kept(`${records} records verified: chain, schema, every intent with its outcome.`, intact);
  screen.line();
  screen.line(
    broken === 0 && intact
      ? 'Every promise was kept. Next: pgwarden demo, then connect your own client.'
      : 'Not every promise was kept.',
  );
  deps.exitWith(broken === 0 && intact ? 0 : 1);
}

async function serveUntilStopped(workspace: Demo, { where }: Listening, screen: Screen): Promise<void> {
  const key = workspace.keys[ana.name] ?? '';
  const client = {
    mcpServers: { pgwarden: { type: 'http', url: where, headers: { Authorization: `Bearer ${key}` } } },
  };
  screen.line(`Listening on ${where}`);
  for (const { name, role } of [ana, omar])
    screen.line(`   ${name.padEnd(5)} ${role.padEnd(8)} API key ${workspace.keys[name]}`);
  screen.line('\nFor your client:');
  screen.line(`   ${JSON.stringify(client)}`);
  screen.line('\nTry it from another terminal:');
  screen.sql(
    `npx @modelcontextprotocol/inspector --cli ${where} --transport http --header "Authorization: Bearer ${key}" ` +
      "--method tools/call --tool-name run_query --tool-arg sql='SELECT * FROM orders LIMIT 3'",
  );
  screen.sql(`pgwarden audit tail --follow --directory ${workspace.auditDirectory}`);
  if (workspace.cloud !== undefined) {
    const { showService } = await import('./demo-rds.ts');
    showService(workspace.cloud, screen);
  }
  screen.line('\nCtrl-C ends it; nothing is kept.');
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
}
