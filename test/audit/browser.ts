/** Chromium over its debugging pipe, as far as looking at a page needs it. */

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { z } from 'zod';

const chromium = '/usr/bin/chromium';

export const hasBrowser = existsSync(chromium);

const messageSchema = z.looseObject({
  id: z.number().optional(),
  method: z.string().optional(),
  params: z.looseObject({}).optional(),
  result: z.looseObject({}).optional(),
  error: z.looseObject({ message: z.string() }).optional(),
});

export interface Event {
  readonly method: string;
  readonly params: unknown;
}

export interface Browser {
  /** What happened since the page was opened. */
  readonly events: readonly Event[];
  readonly send: (method: string, params?: object) => Promise<Record<string, unknown>>;
  readonly evaluate: (expression: string) => Promise<unknown>;
  readonly open: (url: string, view: View) => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface View {
  readonly width: number;
  readonly scheme: 'light' | 'dark';
}

export async function openBrowser(): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), 'pgwarden-browser-'));
  const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--remote-debugging-pipe'];
  const child = spawn(chromium, [...flags, `--user-data-dir=${profile}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    detached: true, // a group of its own: the processes it starts write to the profile too, and end with it
  });
  const [, , , input, output] = child.stdio;
  if (!(input instanceof Writable) || !(output instanceof Readable)) throw new Error('the browser gave no pipe');
  const waiting = new Map<number, (message: z.infer<typeof messageSchema>) => void>();
  const events: Event[] = [];
  let heard: ((event: Event) => void)[] = [];
  let session: unknown;
  let last = 0;
  let text = '';

  output.on('data', (chunk: Buffer) => {
    const parts = (text + chunk.toString()).split('\0');
    text = parts.pop() ?? '';
    for (const part of parts) receive(messageSchema.parse(JSON.parse(part)));
  });

  function receive(message: z.infer<typeof messageSchema>): void {
    if (message.id !== undefined) waiting.get(message.id)?.(message);
    if (message.method === undefined) return;
    const event = { method: message.method, params: message.params };
    events.push(event);
    for (const hear of heard) hear(event);
  }

  async function send(method: string, params: object = {}): Promise<Record<string, unknown>> {
    last += 1;
    const id = last;
    const answer = new Promise<z.infer<typeof messageSchema>>((resolve) => waiting.set(id, resolve));
    const to = session === undefined ? {} : { sessionId: session };
    if (input instanceof Writable) input.write(`${JSON.stringify({ id, method, params, ...to })}\0`);
    const { result = {}, error } = await answer;
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result;
  }

  async function open(url: string, { width, scheme }: View): Promise<void> {
    await send('Emulation.setDeviceMetricsOverride', { width, height: 900, deviceScaleFactor: 1, mobile: false });
    await send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] });
    events.length = 0;
    const loaded = new Promise<void>((resolve) => {
      heard = [({ method }) => method === 'Page.loadEventFired' && resolve()];
    });
    await send('Page.navigate', { url });
    await loaded;
  }

  const target = await send('Target.createTarget', { url: 'about:blank' });
  const attached = await send('Target.attachToTarget', { targetId: target['targetId'], flatten: true });
  session = attached['sessionId'];
  for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await send(`${domain}.enable`);

  return {
    events,
    send,
    open,
    async evaluate(expression) {
      const { result } = await send('Runtime.evaluate', { expression, returnByValue: true });
      return z.looseObject({ value: z.unknown().optional() }).parse(result).value;
    },
    async close() {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      await gone;
      rmSync(profile, { recursive: true, force: true, maxRetries: 20 });
    },
  };
}
