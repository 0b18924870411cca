/** What a value is, as far as decoding its text needs to know. */

export type Type =
  /** A built-in type; its name says how its text is read. */
  | { readonly kind: 'scalar'; readonly name: string }
  /** Anything printed as text and left so: enums, extension types, anonymous records. */
  | { readonly kind: 'opaque'; readonly name: string }
  | { readonly kind: 'array'; readonly name: string; readonly element: Type; readonly delimiter: string }
  | { readonly kind: 'range'; readonly name: string; readonly subtype: Type }
  | { readonly kind: 'multirange'; readonly name: string; readonly range: Type }
  | {
      readonly kind: 'composite';
      readonly name: string;
      readonly fields: readonly { readonly name: string; readonly type: Type }[];
    };
