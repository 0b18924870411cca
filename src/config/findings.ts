/** What is wrong with a configuration: every finding names file, line and key, and says what to write instead. */

export interface Finding {
  readonly severity: 'error' | 'warning';
  /** Absent for findings about flags and environment variables. */
  readonly file?: string;
  /** 1-based. */
  readonly line?: number;
  /** Dotted path of the key, a flag, or a variable. */
  readonly key: string;
  /** One sentence. */
  readonly message: string;
  readonly hint?: string;
}

/** `config.yaml:12: databases.orders.port: must be …  Hint: …` — the one-line form for terminals and logs. */
export function formatFinding(finding: Finding): string {
  const line = finding.line === undefined ? '' : `:${finding.line}`;
  const place = finding.file === undefined ? '' : `${finding.file}${line}: `;
  const hint = finding.hint === undefined ? '' : `\n    Hint: ${finding.hint}`;
  return `${place}${finding.key}: ${finding.message}${hint}`;
}

/** The configuration cannot be used. Carries every finding, not only the first; warnings included. */
export class ConfigError extends Error {
  constructor(readonly findings: readonly Finding[]) {
    super(
      findings
        .filter((finding) => finding.severity === 'error')
        .map(formatFinding)
        .join('\n'),
    );
    this.name = 'ConfigError';
  }
}
