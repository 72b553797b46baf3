import { createInterface } from 'node:readline';

export const SERVER_URL = process.env.SERVER_URL!;
export const AGENT_TOKEN = process.env.AGENT_TOKEN!;
/** Whether the client gets a token over OAuth, after a person has allowed it, instead of having one. */
export const SIGNS_IN = process.env.SIGNS_IN === 'true';
/** The arguments with which programs of the command line get a token. */
export const CREDENTIALS = SIGNS_IN ? [] : ['--header', `Authorization: Bearer ${AGENT_TOKEN}`];
/** How long the client waits for the first answer. Nobody answers within that time. */
const SHORT_MS = 5_000;
/** Enough for everything that comes at once, also on a busy machine. */
const LONG_MS = 60_000;

/** The client has ended its wait itself. */
export class GaveUp extends Error {}

/**
 * Calls a tool, and returns its structured result.
 * @throws GaveUp if the call took longer than `timeoutMs`.
 */
export type CallTool = (tool: string, args: object, timeoutMs: number) => Promise<object>;

/** The fields of all tools that the session reads. */
interface Result {
  readonly agent_instance_id?: string;
  readonly step_number?: number;
  readonly status?: string;
  readonly answer?: string | null;
}

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

/** Plays the session with a connected client. `test/clients/session/script.ts` says what must be printed. */
export async function play(call: CallTool, protocol: string | undefined): Promise<void> {
  let id: string | undefined;
  const tool = (name: string, args: object, timeoutMs = LONG_MS): Promise<Result> =>
    call(name, { ...args, ...(id !== undefined && { agent_instance_id: id }) }, timeoutMs);
  const logStep = async (text: string) => {
    const { agent_instance_id, step_number } = await tool('log_step', { step_description: text });
    id = agent_instance_id;
    say(`step ${step_number}`);
  };
  const ask = async (timeoutMs: number) => {
    try {
      const { answer, status } = await tool('ask_question', { question_text: 'Deploy?' }, timeoutMs);
      say(`answer ${answer ?? status}`);
    } catch (error) {
      if (!(error instanceof GaveUp)) throw error;
      say('gave up');
    }
  };

  say(`connected ${protocol}`);
  await logStep('Read the code');
  await ask(SHORT_MS);
  await hear('answered');
  await ask(LONG_MS);
  await hear('restarted');
  await logStep('Deploy');
  await tool('end_session', {});
  say('ended');
}

const say = (line: string) => process.stdout.write(`${line}\n`);

async function hear(word: string): Promise<void> {
  const { value } = await lines.next();
  if (value !== word) throw new Error(`expected "${word}", heard "${value}"`);
}
