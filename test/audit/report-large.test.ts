/** A long log: the report needs no more memory for it, keeps to what was verified, and fits a screen. The soak takes a million records. */

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { entry } from '../support/product.ts';
import { hasBrowser, openBrowser } from './browser.ts';
import { writeLargeLog } from './large-log.ts';

if (!hasBrowser) console.warn('SKIPPED: there is no /usr/bin/chromium, so nobody looked at the report of a long log.');

const records = process.env['PGWARDEN_SOAK'] === '1' ? 1_000_000 : 10_000;
/** MiB of JavaScript heap that Node gets, whatever the length of the log; a million records are 800 MB. */
const heap = 96;

let directory: string;
let written: number;
let page: string;
let json: string;

async function report(format: 'html' | 'json'): Promise<string> {
  const out = join(directory, `report.${format}`);
  const args = ['audit', 'report', '--directory', directory, '--since', '2026-10-08', '--format', format, '--out', out];
  await promisify(execFile)(process.execPath, [`--max-old-space-size=${heap}`, entry, ...args]);
  return out;
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'pgwarden-large-'));
  written = await writeLargeLog(directory, records);
  page = await report('html');
  json = readFileSync(await report('json'), 'utf8');
}, 600_000);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

test('every call of the period is counted once, and what is listed is bounded', () => {
  const { verified, summary, logs } = JSON.parse(json);
  expect(verified).toMatchObject({ intact: true, signed: true });
  expect(verified.records).toBeGreaterThan(written);
  const ended = Object.values<number>(summary.statuses).reduce((sum, count) => sum + count, 0);
  expect(ended).toBe(summary.calls);
  const perHour = Object.values<{ allowed: number; denied: number }>(summary.hours);
  expect(perHour.reduce((sum, { allowed, denied }) => sum + allowed + denied, 0)).toBe(summary.calls);
  expect(summary.cited.length).toBeLessThan(300);
  expect(logs.length).toBeGreaterThanOrEqual(6);
});

test('of each rule that fired some calls are shown, wherever they stand, and it says of how many', () => {
  const { summary } = JSON.parse(json);
  const counts: Record<string, number> = summary.anomalyCounts;
  expect(Object.keys(counts)).toEqual(expect.arrayContaining(['probing', 'large result', 'first time']));
  const text = readFileSync(page, 'utf8');
  for (const [rule, count] of Object.entries(counts)) {
    const shown = summary.anomalies.filter((each: { readonly rule: string }) => each.rule === rule);
    expect(shown.length).toBeGreaterThan(0);
    expect(text).toContain(`<h3>${rule}: ${shown.length} of ${count.toLocaleString('en-US')} shown</h3>`);
  }
});

test('each section of the page is there, and every link within it leads somewhere', () => {
  const text = readFileSync(page, 'utf8');
  expect(Buffer.byteLength(text)).toBeLessThan(1_000_000);
  const ids = new Set([...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
  for (const [, target] of text.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(target);
  for (const words of ['By the rule that forbade', 'Worth a second look', 'Largest results', 'Access to this log'])
    expect(text).toContain(words);
});

describe.skipIf(!hasBrowser)('in Chromium', () => {
  test('the page is as wide as the screen, in both schemes', async () => {
    const browser = await openBrowser();
    try {
      for (const width of [1280, 420])
        for (const scheme of ['light', 'dark'] as const) {
          await browser.open(pathToFileURL(page).href, { width, scheme });
          const tooWide = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
          expect(await browser.evaluate(tooWide), `${width} ${scheme}`).toBe(0);
          expect(browser.events.filter(({ method }) => /^Log\.|consoleAPI|exceptionThrown/.test(method))).toEqual([]);
        }
    } finally {
      await browser.close();
    }
  });
});
