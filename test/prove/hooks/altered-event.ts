import type { Random } from '../support/random.ts';

const STRANGE: readonly [unknown, ...unknown[]] = [
  null,
  '',
  ' ',
  'allow',
  'yes',
  '\0',
  '\ud800',
  '🙂'.repeat(400),
  'x'.repeat(100_000),
  -1,
  1e308,
  true,
  [],
  {},
  ['allow'],
  { behavior: 'allow' },
  [[[[]]]],
];

const isContainer = (value: unknown): value is { [key: string]: unknown } =>
  typeof value === 'object' && value !== null;

/** Returns the event with some values replaced, removed and added, at any depth. */
export function alteredEvent(original: unknown, random: Random): unknown {
  const copy: unknown = structuredClone(original);
  const places: [container: { [key: string]: unknown }, key: string][] = [];
  const collect = (value: unknown): void => {
    if (!isContainer(value)) return;
    for (const [key, child] of Object.entries(value)) {
      places.push([value, key]);
      collect(child);
    }
  };
  collect(copy);
  for (let change = 0; change < 3; change += 1) {
    const [container, key] = random.oneOf(places);
    const kind = random.oneOf(['replace', 'replace', 'replace', 'remove', 'add']);
    if (kind === 'remove') delete container[key];
    else
      container[kind === 'add' ? random.oneOf(['behavior', 'decision', 'answers']) : key] =
        random.oneOf(STRANGE);
  }
  return copy;
}
