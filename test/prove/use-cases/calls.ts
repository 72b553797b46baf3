import fc, { type Arbitrary } from 'fast-check';
import type { UseCase } from '../../../src/application/use-case.ts';
import * as useCases from '../../../src/application/use-cases/index.ts';
import type { Scope } from '../../../src/ports/tokens/token-verifier.ts';
import { userIdOf } from '../../support/builders.ts';
import { arbitraryOf, ChosenId } from './arbitraries.ts';

export const USER = userIdOf('ada');
const FIRST_IDS = Array.from({ length: 4 }, (_, nth) => `00000000-0000-4000-8000-00000000000${nth}`);
/** Ids that are older belong to data that grows without end. */
const MAX_KNOWN_IDS = 40;

/** Large enough that most keys are new. */
const MAX_KEY_NUMBER = 20_000;

/** A call of a use case with an input that passes its schema, apart from ids that are chosen later. */
export interface GeneratedCall {
  readonly useCase: UseCase;
  readonly input: object;
  readonly scope: Scope;
  readonly idempotencyKey: string | null;
  /** Whether the client has left before the call comes. */
  readonly isClientGone: boolean;
}

/** Each use case is as likely as the others, but deletes the account more rarely: nothing is left then. */
export const generatedCall: Arbitrary<GeneratedCall> = fc.oneof(
  ...Object.values(useCases).map((useCase) => ({
    weight: useCase === useCases.deleteAccount ? 1 : 4,
    arbitrary: fc.record({
      useCase: fc.constant(useCase as UseCase),
      input: arbitraryOf(useCase.input) as Arbitrary<object>,
      scope: fc.constantFrom(...(useCase.scopes.length > 0 ? useCase.scopes : (['agent'] as const))),
      idempotencyKey: fc.option(
        fc.nat(MAX_KEY_NUMBER).map((number) => `${number}`.padEnd(number % 10 === 0 ? 255 : 1, 'k')),
        { freq: 1 },
      ),
      isClientGone: fc.boolean(),
    }),
  })),
);

/** The ids that earlier answers had. */
export class KnownIds {
  readonly #uuids = [...FIRST_IDS];
  readonly #keys = ['A'.repeat(16)];
  readonly #cursors = [`0.${FIRST_IDS[0]}`];

  /** Returns the input with an id in each place that stands for one. */
  fill(value: unknown, field = ''): unknown {
    if (value instanceof ChosenId) return this.#choose(value, field);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, this.fill(part, name)]));
  }

  /** Remembers the ids of an answer. */
  learn(answer: unknown): void {
    if (typeof answer !== 'object' || answer === null) return;
    for (const [name, value] of Object.entries(answer)) {
      if (typeof value === 'object') this.learn(value);
      else if (typeof value !== 'string') continue;
      else if (name === 'next_cursor') remember(this.#cursors, value);
      else if (/^[\w-]{16}$/.test(value) && name === 'id') remember(this.#keys, value);
      else if (/(^|_)id$/.test(name) && value.length === 36) remember(this.#uuids, value);
    }
  }

  #choose({ kind, choice: { nth, form } }: ChosenId, field: string): string {
    if (kind === 'user') return USER;
    if (kind !== 'uuid') return at(kind === 'key' ? this.#keys : this.#cursors, nth);
    const isOfFirst = field === 'agent_instance_id' && nth % 4 !== 0;
    const id = at(isOfFirst ? FIRST_IDS : this.#uuids, Math.floor(nth / 4));
    if (form === 'upper') return id.toUpperCase();
    return form === 'bare' ? id.replaceAll('-', '') : id;
  }
}

const at = (ids: readonly string[], nth: number): string => ids[nth % ids.length]!;

function remember(ids: string[], id: string): void {
  if (ids.includes(id)) return;
  ids.push(id);
  // The first ones stay: most calls are about their instances, so that conversations get long.
  if (ids.length > MAX_KNOWN_IDS) ids.splice(FIRST_IDS.length, 1);
}
