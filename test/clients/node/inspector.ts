import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { allowWhenPrinted } from './allow-in-browser.ts';
import { AGENT_TOKEN, CREDENTIALS, GaveUp, play, SERVER_URL, SIGNS_IN } from './session.ts';

const run = promisify(execFile);
const TARGET = [`${SERVER_URL}/mcp`, ...CREDENTIALS];

/** Each call is a process of its own. */
await play(async (tool, args) => {
  const call = ['--method', 'tools/call', '--tool-name', tool, '--tool-args-json', JSON.stringify(args)];
  const command = [process.env.CLIENT_PROGRAM!, '--cli', ...TARGET, ...call, '--format', 'json', '--quiet'];
  const giveUp = new AbortController();
  const running = run(process.execPath, command, { signal: giveUp.signal, killSignal: 'SIGINT' });
  if (SIGNS_IN) allowWhenPrinted(running.child.stderr!);
  const finished = running.finally(() => giveUp.abort());
  if (tool === 'ask_question') endWhenAsked(args, giveUp).catch(() => giveUp.abort());
  const { stdout } = await finished.catch((error) => {
    if (error.name === 'AbortError') throw new GaveUp();
    throw new Error(`${error.stdout}${error.stderr}`);
  });
  return JSON.parse(stdout).result.structuredContent;
}, 'one by one');

/** Ends the process with Ctrl-C once it waits for an answer. It has no limit of its own. */
async function endWhenAsked(args: { agent_instance_id?: string }, giveUp: AbortController): Promise<void> {
  const url = `${SERVER_URL}/api/v1/agent-instances/${args.agent_instance_id}`;
  const headers = { authorization: `Bearer ${AGENT_TOKEN}` };
  while (!giveUp.signal.aborted) {
    const { status } = (await (await fetch(url, { headers, signal: giveUp.signal })).json()) as {
      status: string;
    };
    if (status === 'AWAITING_INPUT') giveUp.abort();
    await sleep(500);
  }
}
