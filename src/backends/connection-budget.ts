/** The connections all databases may hold together: whoever waits for one is served in turn, and idle ones make room. */

/** A pool, as the budget sees it. */
export interface BudgetMember {
  /** Closes the session that was idle longest, if there is one; its place comes back with `give`. */
  readonly closeIdle: () => boolean;
  /** A place may be free: try again. */
  readonly pump: () => void;
}

/** What one pool holds of the budget. */
export interface BudgetShare {
  /** Takes one place. When it says no, the member's `pump` is called as soon as its turn has come. */
  readonly take: () => boolean;
  /** Gives one place back. */
  readonly give: () => void;
  /** Has an idle session: it goes where somebody waits. */
  readonly offer: () => void;
  /** The pool is gone. */
  readonly leave: () => void;
}

export interface ConnectionBudget {
  readonly join: (member: BudgetMember) => BudgetShare;
  /** Another total from now on; what is held beyond it is not taken away, only not renewed. */
  readonly resize: (total: number) => void;
  readonly stats: () => { readonly total: number; readonly used: number; readonly waiting: number };
}

/** At its turn a member takes one place, however many it wants: a busy database does not hold up the others. */
export function createConnectionBudget(initial: number): ConnectionBudget {
  const members = new Set<BudgetMember>();
  const waiting = new Set<BudgetMember>();
  let total = initial;
  let used = 0;
  /** Whose turn it is, until it has taken its place. */
  let served: BudgetMember | undefined;

  function turn(): void {
    while (used < total) {
      const [next] = waiting;
      if (next === undefined) return;
      waiting.delete(next);
      served = next;
      next.pump();
      served = undefined;
    }
  }

  function take(member: BudgetMember): boolean {
    if (used < total && (served === member || waiting.size === 0)) {
      served = undefined;
      used += 1;
      return true;
    }
    if (waiting.has(member)) return false;
    waiting.add(member);
    if (used >= total) makeRoom(member);
    return false;
  }

  /** One idle session of another database ends for each that waits. */
  function makeRoom(wanting: BudgetMember): void {
    for (const member of members) if (member !== wanting && member.closeIdle()) return;
  }

  return {
    join(member) {
      members.add(member);
      return {
        take: () => take(member),
        give() {
          used -= 1;
          turn();
        },
        offer() {
          if (waiting.size > 0 && used >= total) member.closeIdle();
        },
        leave() {
          members.delete(member);
          waiting.delete(member);
        },
      };
    },
    resize(next) {
      total = next;
      turn();
    },
    stats: () => ({ total, used, waiting: waiting.size }),
  };
}
