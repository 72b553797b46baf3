import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { ClientServer } from './client-server.ts';

const diff = `diff --git a/f b/f\n${'+é\n'.repeat(6_000_000)}`;

test.each([
  ['plain', diff],
  ['base64', Buffer.from(diff).toString('base64')],
])(
  'a diff that is much too large is cut before it is sent (%s), and the server says so',
  async (_name, git_diff) => {
    await using server = await ClientServer.start();
    const step = { agent_instance_id: randomUUID(), agent_type: 'codex', git_diff };
    expect(await server.agent.sendMessage({ ...step, content: 'hi' })).toMatchObject({
      git_diff_status: 'cut',
    });
    const deadline = new Date();
    const { question_id } = await server.agent.ask({ ...step, content: 'Go?' }, { deadline });
    expect(question_id).toEqual(expect.any(String));
    const { git_diff: kept } = await server.person.people.agentInstance({
      agent_instance_id: step.agent_instance_id,
    });
    expect(kept).toMatch(/^diff --git a\/f b\/f\n\+é\n[+é\n]*\+é\n# diff cut here/);
    expect(Math.max(...server.bodyLengths)).toBeLessThan(4 * 1024 * 1024);
  },
);
