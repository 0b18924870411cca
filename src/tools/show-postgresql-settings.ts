/** show_postgresql_settings: the settings of a server, as far as the policy opens them; secrets are shown to nobody. */

import { z } from 'zod';
import { settingClass } from '../policy/settings.ts';
import { flag, readOnce } from './analysis/read.ts';
import { openSight, opens } from './analysis/sight.ts';
import { looks } from './annotations.ts';
import { databaseId, pattern, purpose } from './fields.ts';
import { nameMatcher } from './pages.ts';
import { defineTool } from './tool.ts';

const row = z.object({
  name: z.string(),
  setting: z.string().nullable(),
  unit: z.string().nullable(),
  category: z.string(),
  description: z.string(),
  type: z.string(),
  source: z.string(),
  standard: z.string().nullable(),
  context: z.string(),
  pending_restart: flag,
});
type Row = z.output<typeof row>;

const shown = z.object({
  name: z.string(),
  setting: z.string(),
  unit: z.string().optional(),
  category: z.string(),
  description: z.string(),
  source: z.string(),
  needs: z.string().describe('restart, reload, or nothing more to change it.'),
});

/** What stands in the place of a value that is shown to nobody. */
const hidden = '(hidden)';

export const showPostgresqlSettings = defineTool({
  name: 'show_postgresql_settings',
  title: 'Show settings',
  description: 'Shows the settings of the PostgreSQL server; secrets are hidden.',
  input: z.strictObject({ pattern, database_id: databaseId, purpose }),
  output: z.object({ settings: z.array(shown), withheld: z.int(), notes: z.array(z.string()) }),
  annotations: looks,
  async run(parts, input, invocation) {
    const question = { parts, databaseId: input.database_id, invocation };
    const { rows, receipt } = await readOnce(question, 'analysis_settings', row);
    const sight = await openSight(question);
    const rights = {
      everything: opens(sight, 'pg_settings', 'setting'),
      harmless: opens(sight, 'pg_class', 'relname'),
    };
    const matching = rows.filter(({ name }) => matcher(input.pattern)(name));
    const seen = matching.filter((setting) => maySee(setting, rights));
    const withheld = matching.length - seen.length;
    const content = {
      settings: seen.map(shownSetting),
      withheld,
      notes: withheld === 0 ? [] : [`${withheld} more are not open to you: ${whatOpens(rights.harmless)}.`],
    };
    return { content, notice: textOf(content), receipt };
  },
});

/** A pattern without a wildcard is a part of the name; % is a wildcard too, as in LIKE. */
function matcher(written: string | undefined): (name: string) => boolean {
  if (written === undefined) return () => true;
  const glob = written.replaceAll('%', '*');
  return nameMatcher(/[*?]/.test(glob) ? glob : `*${glob}*`);
}

interface Rights {
  /** The policy opens pg_settings: `**`, or a rule that names it. */
  readonly everything: boolean;
  /** The policy opens @introspection: numbers, switches and choices show nothing hidden. */
  readonly harmless: boolean;
}

function maySee({ name, type, category }: Row, { everything, harmless }: Rights): boolean {
  if (everything || settingClass(name) === 'open') return true;
  const isPlace = category.startsWith('Connections and Authentication') && name !== 'max_connections';
  return harmless && type !== 'string' && !isPlace;
}

const whatOpens = (harmless: boolean): string =>
  harmless
    ? 'texts, addresses and files come with select on **'
    : 'numbers and switches come with @introspection, the rest with select on **';

/** Connection texts, commands, and texts of extensions, which may hold a key or a token. */
const isSecret = ({ name, type }: Row): boolean =>
  settingClass(name) === 'secret' ||
  (type === 'string' && (name.includes('.') || /conninfo|passw|passphrase|secret|token|_key$/.test(name)));

const needsOf: Readonly<Record<string, string>> = {
  postmaster: 'restart',
  sighup: 'reload',
  internal: 'initdb or build',
};

function shownSetting(setting: Row) {
  const { name, unit, category, description, source, context } = setting;
  return {
    name,
    setting: isSecret(setting) && setting.setting !== '' ? hidden : (setting.setting ?? ''),
    ...(unit === null ? {} : { unit }),
    category,
    description,
    source,
    needs: setting.pending_restart ? 'restart, pending' : (needsOf[context] ?? 'nothing'),
  };
}

function textOf({ settings, notes }: { settings: readonly z.input<typeof shown>[]; notes: readonly string[] }): string {
  const width = Math.max(0, ...settings.map(({ name }) => name.length));
  return [
    ...settings.map(
      ({ name, setting, unit, source }) =>
        `${name.padEnd(width)}  ${setting}${unit === undefined ? '' : ` × ${unit}`}  (${source})`,
    ),
    ...notes.map((note) => `Note: ${note}`),
  ].join('\n');
}
