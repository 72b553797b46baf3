import { isDeepStrictEqual } from 'node:util';
import type { Estate } from './estate.ts';
import type { IdsByKind, Kind } from './kinds-of-id.ts';
import { type Answer, inOneForm, leakedBy } from './outcome.ts';
import type { Statements } from './stores.ts';
import type { TenantServer } from './tenant-server.ts';

/** Sends one request as this tenant, naming these ids, and gives all that came back. */
export type Send = (as: Estate, named: { readonly [field: string]: string }) => Promise<readonly Answer[]>;

export interface Comparison {
  readonly name: string;
  readonly foreign: { readonly [field: string]: string };
  readonly unknown: { readonly [field: string]: string };
  readonly send: Send;
  /** Whether what the store is asked depends on when: changes that come close together are read together. */
  readonly readsVary?: boolean;
}

/** The first two own the same and have done the same so far. */
export interface Tenants {
  /** Names what is the owner's. */
  readonly asking: Estate;
  /** Names what never was, the same each time. */
  readonly control: Estate;
  readonly nothing: IdsByKind;
  readonly owner: Estate;
  /** Instances that the others have made under ids of the owner's, and of nothing. */
  readonly squatted: readonly Kind[];
}

/** In what each of these shows that its ids are somebody's: nothing, if all is well. */
export async function differencesOf(
  { store }: TenantServer,
  { asking, control, owner, squatted }: Tenants,
  comparisons: readonly Comparison[],
): Promise<string[]> {
  const concerns = (text: string) => text.includes(owner.userId);
  const ownersPart = async () => ({
    kept: await store.kept(owner.userId),
    woken: store.published.filter(({ userId }) => userId === owner.userId).length,
    told: (await store.notified()).filter(concerns).length,
  });
  let before = await store.statements();
  const observe = async (send: Send, as: Estate, named: Comparison['foreign']) => {
    const answers = await send(as, named);
    const after = await store.statements();
    const statements = moreOf(before, after);
    before = after;
    const ids = Object.values(named);
    return { answers, ids, statements, form: inOneForm(answers, ids, as) };
  };

  const found: string[] = [];
  const untouched = await ownersPart();
  for (const { name, foreign, unknown, send, readsVary = false } of comparisons) {
    const one = await observe(send, asking, foreign);
    const other = await observe(send, control, unknown);
    const object = (what: string) => found.push(`${name}: ${what}`);
    if (one.form !== other.form)
      object(`answered\n${one.form}\nwhere one that never was gets\n${other.form}`);
    if (one.statements !== other.statements && !readsVary) {
      object(`ran\n${one.statements}\nwhere one that never was takes\n${other.statements}`);
    }
    const known = [...one.ids, ...squatted.map((kind) => owner.ids[kind])];
    for (const text of leakedBy(one.answers, known, owner)) object(`told "${text}"`);
    // A request that is refused for its form would prove nothing.
    if (one.form.includes('"invalid_input"')) object(`is no request:\n${one.form}`);
  }
  if (!isDeepStrictEqual(await ownersPart(), untouched)) found.push('something of the owner was touched');
  return found;
}

const moreOf = (before: Statements, after: Statements): string =>
  [...after]
    .map(([statement, calls]) => [statement, calls - (before.get(statement) ?? 0)] as const)
    .filter(([, calls]) => calls > 0)
    .map(([statement, calls]) => `${calls} times ${statement.replaceAll(/\s+/g, ' ').slice(0, 120)}`)
    .toSorted()
    .join('\n');
