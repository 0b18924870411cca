/** A Vitest reporter whose last line is `N passed, N failed`, plain, for scripts that read only that; it leaves the failed files' names too. */

import { mkdirSync, writeFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    let passed = 0;
    let failed = unhandledErrors.length;
    let skipped = 0;
    const failedFiles: string[] = [];
    for (const module of modules) {
      const before = failed;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') passed += 1;
        else if (state === 'failed') failed += 1;
        else skipped += 1;
      }
      if (module.state() === 'failed' && failed === before) failed += 1; // the file itself did not load
      if (failed > before) failedFiles.push(module.relativeModuleId);
    }
    mkdirSync('.cache', { recursive: true });
    writeFileSync('.cache/failed-tests', failedFiles.join('\n')); // for .ci/run, which gives them a second, quiet run
    const line = `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`;
    process.on('exit', () => process.stdout.write(line)); // after every other reporter's summary
  }
}
