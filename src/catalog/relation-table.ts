/** Relations and their columns in columns of numbers: 10 000 relations of 20 columns take a few megabytes. */

import type { Column, Relation, RelationKind } from './catalog.ts';
import { relationKinds } from './relation-kinds.ts';
import { flag, number, numbers, type Row, text, textOrNull, texts } from './row.ts';

const isSystemSchema = (schema: string) =>
  schema === 'pg_catalog' || schema === 'information_schema' || schema.startsWith('pg_toast');

/** Each distinct text once. */
class Pool {
  readonly #index = new Map<string, number>();
  readonly #texts: string[] = [];
  bytes = 0;

  put(value: string): number {
    const known = this.#index.get(value);
    if (known !== undefined) return known;
    this.#index.set(value, this.#texts.length);
    this.bytes += value.length + 60;
    return this.#texts.push(value) - 1;
  }

  get(index: number): string {
    return this.#texts[index] ?? '';
  }

  /** No more texts are coming. */
  close(): void {
    this.#index.clear();
  }
}

interface Shape {
  readonly name: number;
  readonly schema: number;
  readonly kind: RelationKind;
  readonly owner: number;
  readonly extension: string | undefined;
  readonly rowType: number;
  readonly arrayType: number;
  readonly arrayName: string | undefined;
  readonly options: number;
  readonly fingerprint: Uint8Array;
  /** Where its columns begin and end in the columns' arrays. */
  readonly from: number;
  readonly to: number;
}

export class RelationTable {
  readonly #pool = new Pool();
  readonly #shapes = new Map<number, Shape>();
  readonly #byName = new Map<string, Map<string, number>>();
  readonly #rowTypes = new Map<number, number>();
  readonly #arrayTypes = new Map<number, number>();
  readonly #arrayNames = new Map<string, number>();
  readonly #definitions = new Map<number, string>();
  /** Unique and exclusion constraints as the server printed them: a JSON array of `attnum,attnum name`. */
  readonly #constraints = new Map<number, string>();
  #columnNames = new Uint32Array(256);
  #columnTypes = new Uint32Array(256);
  #columnNumbers = new Int16Array(256);
  #count = 0;
  #bytes = 0;

  /** `superuser`: the role initdb made, which owns where a row names no owner. */
  add(row: Row, schema: string, superuser: string): void {
    const oid = number(row, 0);
    const from = this.#count;
    this.#addColumns(numbers(row, 13), numbers(row, 14), texts(row, 15));
    const name = text(row, 2);
    const shape: Shape = {
      name: this.#pool.put(name),
      schema: this.#pool.put(schema),
      kind: relationKinds[text(row, 3)] ?? 'composite',
      owner: this.#pool.put(text(row, 4) || superuser),
      extension: textOrNull(row, 5),
      rowType: number(row, 6),
      arrayType: number(row, 7),
      arrayName: textOrNull(row, 8),
      options: (flag(row, 9) ? 1 : 0) | (flag(row, 10) ? 2 : 0) | (flag(row, 16) ? 4 : 0),
      fingerprint: Buffer.from(text(row, 11), 'hex'),
      from,
      to: this.#count,
    };
    this.#shapes.set(oid, shape);
    this.#index(oid, schema, name, shape);
    const definition = textOrNull(row, 12);
    if (definition !== undefined) this.#definitions.set(oid, definition);
    const constraints = textOrNull(row, 17);
    if (constraints !== undefined) this.#constraints.set(oid, constraints);
    this.#bytes += 420 + (definition?.length ?? 0) + (constraints === undefined ? 0 : constraints.length + 80);
  }

  #index(oid: number, schema: string, name: string, shape: Shape): void {
    const names = this.#byName.get(schema) ?? new Map<string, number>();
    this.#byName.set(schema, names);
    names.set(name, oid);
    if (shape.rowType !== 0) this.#rowTypes.set(shape.rowType, oid);
    if (shape.arrayType !== 0) this.#arrayTypes.set(shape.arrayType, oid);
    if (shape.arrayName !== undefined) this.#arrayNames.set(`${schema}\0${shape.arrayName}`, oid);
  }

  #addColumns(attnums: readonly number[], types: readonly number[], names: readonly string[]): void {
    for (const [index, attnum] of attnums.entries()) {
      if (this.#count === this.#columnNames.length) this.#grow();
      this.#columnNumbers[this.#count] = attnum;
      this.#columnTypes[this.#count] = types[index] ?? 0;
      this.#columnNames[this.#count] = this.#pool.put(names[index] ?? '');
      this.#count += 1;
    }
  }

  #grow(): void {
    const size = this.#count * 2;
    const [names, types, attnums] = [new Uint32Array(size), new Uint32Array(size), new Int16Array(size)];
    names.set(this.#columnNames);
    types.set(this.#columnTypes);
    attnums.set(this.#columnNumbers);
    [this.#columnNames, this.#columnTypes, this.#columnNumbers] = [names, types, attnums];
  }

  /** Nothing more is added: room that was kept for growth is given back. */
  close(): void {
    this.#pool.close();
    this.#columnNames = this.#columnNames.slice(0, this.#count);
    this.#columnTypes = this.#columnTypes.slice(0, this.#count);
    this.#columnNumbers = this.#columnNumbers.slice(0, this.#count);
  }

  get bytes(): number {
    return this.#bytes + this.#pool.bytes + this.#columnNames.length * 10;
  }

  oids(): Iterable<number> {
    return this.#shapes.keys();
  }

  find(schema: string, name: string): number | undefined {
    return this.#byName.get(schema)?.get(name);
  }

  /** The relation whose row type, or array of rows, this is. */
  ofRowType(type: number): number | undefined {
    return this.#rowTypes.get(type);
  }

  ofArrayType(type: number): number | undefined {
    return this.#arrayTypes.get(type);
  }

  /** The relation the array of whose rows is so named. */
  ofArrayName(schema: string, name: string): number | undefined {
    const odd = this.#arrayNames.get(`${schema}\0${name}`);
    if (odd !== undefined || !name.startsWith('_')) return odd;
    const usual = this.find(schema, name.slice(1));
    return usual !== undefined && this.#shapes.get(usual)?.arrayName === undefined ? usual : undefined;
  }

  arrayTypeOf(oid: number): { readonly type: number; readonly name: string } | undefined {
    const shape = this.#shapes.get(oid);
    if (shape === undefined || shape.arrayType === 0) return undefined;
    return { type: shape.arrayType, name: shape.arrayName ?? `_${this.#pool.get(shape.name)}` };
  }

  definition(oid: number): string | undefined {
    return this.#definitions.get(oid);
  }

  /** The numbers of the columns of a unique or exclusion constraint, 0 for an expression. */
  constraint(oid: number, name: string): readonly number[] | undefined {
    for (const printed of texts([this.#constraints.get(oid) ?? null], 0)) {
      const space = printed.indexOf(' ');
      if (printed.slice(space + 1) === name) return printed.slice(0, space).split(',').map(Number);
    }
    return undefined;
  }

  get(oid: number): Relation | undefined {
    const shape = this.#shapes.get(oid);
    if (shape === undefined) return undefined;
    const schema = this.#pool.get(shape.schema);
    return {
      oid,
      schema,
      name: this.#pool.get(shape.name),
      kind: shape.kind,
      owner: this.#pool.get(shape.owner),
      extension: shape.extension,
      rowType: shape.rowType,
      system: isSystemSchema(schema),
      securityInvoker: (shape.options & 1) !== 0,
      rules: (shape.options & 2) !== 0,
      rowSecurity: (shape.options & 4) !== 0,
      fingerprint: Buffer.from(shape.fingerprint).toString('hex'),
    };
  }

  columns(oid: number): readonly Column[] {
    const shape = this.#shapes.get(oid);
    const columns: Column[] = [];
    for (let index = shape?.from ?? 0; index < (shape?.to ?? 0); index += 1)
      columns.push({
        name: this.#pool.get(this.#columnNames[index] ?? 0),
        attnum: this.#columnNumbers[index] ?? 0,
        type: this.#columnTypes[index] ?? 0,
      });
    return columns;
  }
}
