import { join } from 'node:path';
import { ClientProcess } from '../clients/session/client-process.ts';
import { connect, writeConfiguration } from './connect.ts';
import { requireMade, requireShown, requireTold } from './facts.ts';
import { seen, withinReason } from './within-reason.ts';
import { PROMPT, type Workplace } from './workplace.ts';

/** Only for the platform whose package the lock file has. */
export const OPENCODE = 'opencode-linux-x64/bin/opencode';

/** OpenCode with the plugin: `serve`, where permissions can be answered from outside, then `run`. */
export async function playOpenCode(packages: string, workplace: Workplace): Promise<void> {
  const { home, model, folder, env } = workplace;
  await writeConfiguration(join(home, '.config/opencode/opencode.json'), {
    $schema: 'https://opencode.ai/config.json',
    model: 'stand-in/stand-in',
    small_model: 'stand-in/stand-in',
    provider: {
      'stand-in': {
        npm: '@ai-sdk/openai-compatible',
        name: 'Stand-in',
        options: { baseURL: `${model.url}/v1`, apiKey: 'not-a-key' },
        models: { 'stand-in': { name: 'Stand-in' } },
      },
    },
    permission: { bash: 'ask' },
    autoupdate: false,
    share: 'disabled',
  });
  await connect('opencode', '.config/opencode', workplace);
  const start = (args: readonly string[]) =>
    new ClientProcess(
      { program: join(packages, 'node_modules', OPENCODE), args, folder },
      { ...env, OPENCODE_DISABLE_MODELS_FETCH: '1', OPENCODE_DISABLE_LSP_DOWNLOAD: '1' },
    );
  {
    await using opencode = start(['serve', '--port', '0']);
    await playServe(opencode, workplace);
  }
  await using opencode = start(['run', '--auto', PROMPT]);
  await playRun(opencode, workplace);
}

async function playServe(opencode: ClientProcess, { person, model, server, folder, note }: Workplace) {
  const url = await listeningUrl(opencode);
  const call = async (method: string, path: string, body?: object) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`OpenCode: ${method} ${path}: ${response.status} ${text}`);
    return text === '' ? null : JSON.parse(text);
  };
  const { id } = await call('POST', '/session', {});
  await call('POST', `/session/${id}/prompt_async`, { parts: [{ type: 'text', text: PROMPT }] });

  let turn = await model.turn();
  note(requireShown(await person.sees('its session', ({ messages }) => messages.length > 0)));

  turn.run('mkdir allowed');
  await person.answers('mkdir allowed', { values: ['Yes'] });
  turn = await model.turn();
  requireMade(folder, 'allowed', true);
  await person.seesMessage('bash: mkdir allowed');
  note('ran the command that the person allowed, and reported it');

  turn.run('mkdir denied');
  await person.answers('mkdir denied', { content: 'make a file instead' });
  turn = await model.turn();
  requireMade(folder, 'denied', false);
  requireTold(turn.told, 'make a file instead');
  note('did not run what the person denied, and its model read the reason');

  await server.kill();
  turn.run('mkdir without-server');
  const permission = await seen('OpenCode asks for the permission', async () => {
    const [open] = (await call('GET', '/permission')) as readonly { readonly id: string }[];
    return open ?? null;
  });
  await call('POST', `/permission/${permission.id}/reply`, { reply: 'once' });
  turn = await model.turn();
  requireMade(folder, 'without-server', true);
  await server.restart();
  note('asked by itself while the server was dead, and went on');

  await person.stops('lunch');
  turn.run('mkdir stopped');
  turn = await model.turn();
  requireMade(folder, 'stopped', false);
  requireTold(turn.told, 'lunch');
  turn.say('I stop.');
  await person.seesMessage('I stop.');
  await person.sees('it has ended', ({ status }) => status === 'COMPLETED');
  note('was denied its next tool when it should stop, and ended its turn');
}

/** With `run --auto` OpenCode asks nobody. */
async function playRun(opencode: ClientProcess, { person, model, server, folder, note }: Workplace) {
  // It begins when nothing more can come on stdin.
  const ended = opencode.end();
  let turn = await model.turn();
  turn.run('mkdir by-run');
  turn = await model.turn();
  requireMade(folder, 'by-run', true);
  requireShown(await person.seesMessage('bash: mkdir by-run'));

  await server.kill();
  turn.run('mkdir by-run-without-server');
  turn = await model.turn();
  requireMade(folder, 'by-run-without-server', true);
  await server.restart();

  turn.say('Finished.');
  const exit = await withinReason('OpenCode ends', ended);
  if (exit !== '0') throw new Error(`OpenCode ended with ${exit}: ${opencode.complaints}`);
  await person.seesMessage('Finished.');
  note('reported its steps with "run", also after the server was dead');
}

async function listeningUrl(opencode: ClientProcess): Promise<string> {
  for (;;) {
    const line = await withinReason('OpenCode listens', opencode.hear());
    if (line === null) throw new Error(`OpenCode has ended: ${opencode.complaints}`);
    const url = /listening on (\S+)/.exec(line)?.[1];
    if (url !== undefined) return url;
  }
}
