import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { AGENT_TOKEN, GaveUp, play, SERVER_URL } from './session.ts';

const run = promisify(execFile);

/** Each call is a process of its own. It has no limit, so a person ends it who does not want to wait. */
await play(async (tool, args, timeout) => {
  const target = [`${SERVER_URL}/mcp`, '--header', `Authorization: Bearer ${AGENT_TOKEN}`];
  const call = ['--method', 'tools/call', '--tool-name', tool, '--tool-args-json', JSON.stringify(args)];
  const command = [process.env.CLIENT_PROGRAM!, '--cli', ...target, ...call, '--format', 'json', '--quiet'];
  const options = { timeout, killSignal: 'SIGINT' } as const;
  const { stdout } = await run(process.execPath, command, options).catch((error) => {
    if (error.killed) throw new GaveUp();
    throw new Error(`${error.stdout}${error.stderr}`);
  });
  return JSON.parse(stdout).result.structuredContent;
}, 'one by one');
