/** Faults on command: which requests they hit, how often, and what happens to them (README, E15). */

export type FaultAction =
  /** The service's own refusal, before anything is executed. */
  | {
      readonly kind: 'error';
      readonly code: string;
      readonly status?: number;
      readonly message?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** A body that is not the service's: a proxy's page. */
  | { readonly kind: 'html'; readonly status: number }
  /** The connection is reset before or after the request took effect. */
  | { readonly kind: 'reset'; readonly when: 'before' | 'after' }
  /** Nothing is answered until `until` resolves; then the request is served. */
  | { readonly kind: 'hold'; readonly until: Promise<unknown> }
  /** The request takes effect, and the answer is a 500. */
  | { readonly kind: 'lost_answer' }
  | { readonly kind: 'empty' };

export interface Fault {
  readonly resourceArn?: string;
  readonly operation?: string;
  /** How many requests it hits; default all until it is withdrawn. */
  readonly times?: number;
  readonly action: FaultAction;
}

export class Faults {
  #armed: { fault: Fault; left: number }[] = [];

  /** Arms a fault; the function returned withdraws it. */
  inject(fault: Fault): () => void {
    const armed = { fault, left: fault.times ?? Number.POSITIVE_INFINITY };
    this.#armed.push(armed);
    return () => {
      this.#armed = this.#armed.filter((one) => one !== armed);
    };
  }

  clear(): void {
    this.#armed = [];
  }

  /** The action for this request, if any; each armed fault counts down by itself. */
  next(operation: string, resourceArn: string | undefined): FaultAction | undefined {
    const found = this.#armed.find(
      ({ fault, left }) =>
        left > 0 &&
        (fault.operation === undefined || fault.operation === operation) &&
        (fault.resourceArn === undefined || fault.resourceArn === resourceArn),
    );
    if (found === undefined) return undefined;
    found.left -= 1;
    return found.fault.action;
  }
}
