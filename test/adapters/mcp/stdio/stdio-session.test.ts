import { expect, test } from 'vitest';
import { StdioSession } from '../../../../src/adapters/mcp/stdio/stdio-session.ts';
import type { ToolCall } from '../../../../src/adapters/mcp/tools/tool.ts';
import { findTool } from '../../../../src/adapters/mcp/tools/tools.ts';
import { uuidV7 } from '../../../../src/adapters/runtime/system.ts';

test('the result of a cancelled call, which is not sent, takes no kept feedback with it', async () => {
  const session = new StdioSession(uuidV7, 'one');
  const tool = session.bindTool({
    ...findTool('log_step')!,
    run: async () => ({ agent_instance_id: 'one', user_feedback: [], outcomes: [], redelivered: false }),
  });
  const run = (signal: AbortSignal) =>
    tool.run(() => Promise.reject(), {
      args: { step_description: 'go on' },
      signal,
    } as Partial<ToolCall> as ToolCall);
  session.keptFeedback.keep('one', { user_feedback: ['stop'], outcomes: [] });
  await run(AbortSignal.abort());
  expect(await run(new AbortController().signal)).toMatchObject({
    user_feedback: ['stop'],
    redelivered: false,
  });
});
