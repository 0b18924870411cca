/** The report in a real browser: it fits, stays silent, asks the network for nothing, and lets nothing run. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eachCall } from '../../src/audit/calls.ts';
import { renderReport } from '../../src/audit/report/page.ts';
import { buildSummary } from '../../src/audit/report/summary.ts';
import { Refusal } from '../../src/model/errors.ts';
import type { Decision } from '../../src/policy/permit.ts';
import { noAccess, type RelationAccess } from '../../src/sql/access.ts';
import { type Browser, hasBrowser, openBrowser } from './browser.ts';
import { aCall, aDatabase, aDecision, aRequest, testSigningKey } from './shapes.ts';
import { freshDirectory, openDesk } from './support.ts';

if (!hasBrowser) console.warn('SKIPPED: there is no /usr/bin/chromium, so nobody looked at the audit report.');

const principals = [
  'alice',
  'a-principal-with-a-name-that-is-long@subsidiary.of.a.company.example.com',
  'x'.repeat(200),
];

function relation(name: string): RelationAccess {
  return {
    ...{ schema: 'public', name, kind: 'table', oid: 1, action: 'select', columns: [], allColumns: ['id'] },
    ...{ system: false, behind: [], forbiddenBehind: [], inFrom: true, position: 1, written: name },
  };
}

/** `calls` allowed calls over many principals and relations, and as many refusals by a third of them. */
async function pageOf(calls: number): Promise<string> {
  const directory = freshDirectory();
  const desk = await openDesk(directory, { signingKey: testSigningKey });
  await desk.recordConfig({ what: 'policy', name: 'default.csv', text: 'p', by: 'process' });
  for (let i = 0; i < calls; i += 1) {
    const principal = principals[i % 3] ?? 'alice';
    const access = { ...noAccess, relations: [relation(i % 7 === 0 ? `t${'_long'.repeat(12)}` : `table_${i % 30}`)] };
    await aCall(desk, { principal, access, sql: `SELECT ${'a_column_name_without_end_'.repeat(20)} FROM t` });
    if (i % 3 !== 0) continue;
    const decision: Decision = {
      ...aDecision,
      effect: 'deny',
      denied: [{ resource: `public.t_${i}`, action: 'select', kind: 'relation', position: 1, code: 'POLICY_DENIED' }],
    } as const;
    await desk.recordRefusal(aRequest({ principal, sql: `SELECT ${i}` }), new Refusal('POLICY_DENIED', 'no'), {
      database: aDatabase(),
      decision,
    });
  }
  await desk.close();
  const builder = buildSummary({});
  const read = await eachCall(directory, {}, builder.call, builder.record);
  const made = '2026-01-01T00:00:00Z';
  const path = join(directory, 'report.html');
  writeFileSync(path, renderReport({ read, summary: builder.finish(), period: {}, made, version: '1.0.0' }));
  return pathToFileURL(path).href;
}

describe.skipIf(!hasBrowser)('in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser.close());

  const views = [1280, 420].flatMap((width) => (['light', 'dark'] as const).map((scheme) => ({ width, scheme })));

  test.each([0, 1, 300])(
    'a log of %i calls fits every view, says nothing to the console, and loads nothing',
    async (calls) => {
      const url = await pageOf(calls);
      for (const view of views) {
        await browser.open(url, view);
        const tooWide = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
        expect(await browser.evaluate(tooWide), JSON.stringify(view)).toBe(0);
        const background = await browser.evaluate('getComputedStyle(document.body).backgroundColor');
        expect(background).toBe(view.scheme === 'dark' ? 'rgb(20, 23, 26)' : 'rgb(255, 255, 255)');
        const requests = browser.events.filter(({ method }) => method === 'Network.requestWillBeSent');
        expect(requests).toMatchObject([{ params: { request: { url } } }]);
        expect(browser.events.filter(({ method }) => /^Log\.|consoleAPI|exceptionThrown/.test(method))).toEqual([]);
      }
    },
  );

  test('the page’s own policy stops a script that got into it and a style that did', async () => {
    await browser.open(await pageOf(1), { width: 1280, scheme: 'light' });
    await browser.evaluate(`
      const script = document.createElement('script');
      script.textContent = 'window.ran = true';
      document.body.append(script);
      const style = document.createElement('style');
      style.textContent = 'body { background: red }';
      document.body.append(style);
    `);
    expect(await browser.evaluate('window.ran')).toBeUndefined();
    expect(await browser.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
  });

  test('a link to a record leads to it', async () => {
    await browser.open(await pageOf(30), { width: 420, scheme: 'light' });
    await browser.evaluate(`document.querySelector('a[href^="#call-"]').click()`);
    expect(await browser.evaluate(`document.querySelector(':target').tagName`)).toBe('ARTICLE');
  });
});
