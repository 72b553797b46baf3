import type { Estate } from './estate.ts';
import type { IdsByKind } from './kinds-of-id.ts';
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
}

/** The first two own the same and have done the same so far. */
export interface Tenants {
  /** Names what is the owner's. */
  readonly asking: Estate;
  /** Names what never was, the same each time. */
  readonly control: Estate;
  readonly nothing: IdsByKind;
  readonly owner: Estate;
}

/** In what it shows that these ids are somebody's: nothing, if all is well. */
export async function differencesOf(
  { store }: TenantServer,
  { asking, control, owner }: Tenants,
  { name, foreign, unknown, send }: Comparison,
): Promise<string[]> {
  const observe = async (as: Estate, named: Comparison['foreign']) => {
    const before = await store.statements();
    const answers = await send(as, named);
    const ids = Object.values(named);
    const statements = moreOf(before, await store.statements());
    return { answers, ids, statements, form: inOneForm(answers, ids, as) };
  };
  const kept = await store.kept(owner.userId);
  const woken = () => store.published.filter(({ userId }) => userId === owner.userId).length;
  const told = async () => (await store.notified()).filter((text) => text.includes(owner.userId)).length;
  const [wokenBefore, toldBefore] = [woken(), await told()];
  const one = await observe(asking, foreign);
  const other = await observe(control, unknown);

  const found: string[] = [];
  if (one.form !== other.form)
    found.push(`answered\n${one.form}\nwhere one that never was gets\n${other.form}`);
  if (one.statements !== other.statements) {
    found.push(`ran\n${one.statements}\nwhere one that never was takes\n${other.statements}`);
  }
  for (const text of leakedBy(one.answers, one.ids, owner)) found.push(`told "${text}"`);
  if ((await store.kept(owner.userId)) !== kept) found.push('changed what the owner has');
  if (woken() !== wokenBefore || (await told()) !== toldBefore) found.push('woke the owner');
  // A request that is refused for its form would prove nothing.
  if (one.form.includes('"invalid_input"')) found.push(`is no request:\n${one.form}`);
  return found.map((what) => `${name}: ${what}`);
}

const moreOf = (before: Statements, after: Statements): string =>
  [...after]
    .map(([statement, calls]) => [statement, calls - (before.get(statement) ?? 0)] as const)
    .filter(([, calls]) => calls > 0)
    .map(([statement, calls]) => `${calls} times ${statement.replaceAll(/\s+/g, ' ').slice(0, 120)}`)
    .toSorted()
    .join('\n');
