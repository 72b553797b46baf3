import { readdirSync, readFileSync } from 'node:fs';

type Fields = { readonly [name: string]: unknown };

/** An event as the program of an agent has sent it. */
export interface RecordedEvent {
  readonly agent: string;
  /** The name of its file, without `.json`. */
  readonly name: string;
  readonly body: Fields;
}

const FOLDER = new URL('fixtures/', import.meta.url);

export const RECORDED_AGENTS = readdirSync(FOLDER).sort();

export const RECORDED_EVENTS: readonly RecordedEvent[] = RECORDED_AGENTS.flatMap((agent) =>
  readdirSync(new URL(`${agent}/`, FOLDER))
    .sort()
    .map((file) => ({ agent, name: file.replace('.json', ''), body: readEvent(agent, file) })),
);

/** Returns a recorded event. Its fields can be replaced. */
export const recorded = (agent: string, name: string, fields: Fields = {}): Fields => ({
  ...readEvent(agent, `${name}.json`),
  ...fields,
});

function readEvent(agent: string, file: string): Fields {
  return JSON.parse(readFileSync(new URL(`${agent}/${file}`, FOLDER), 'utf8')) as Fields;
}
