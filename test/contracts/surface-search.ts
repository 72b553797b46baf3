import type { Scenario } from './surface-scene.ts';

/** A person searches the messages of their agents. */
export const SEARCH_SCENARIOS: readonly Scenario[] = [
  {
    name: 'a search finds messages of the user, and nothing of others or of deleted instances',
    useCase: 'search_messages',
    async play({ startInstance, say, call, callAsStranger, callAsPerson }) {
      const agent_instance_id = await startInstance();
      await say(agent_instance_id, 'Keep the **Orders**\n\n<b>file</b>');
      const search = { q: ' file  orders ' };
      const found = await call('search_messages', search);
      const theirs = await callAsStranger('search_messages', search);
      await callAsPerson('delete_agent_instance', { agent_instance_id });
      return [found, theirs, await call('search_messages', search)];
    },
    expected: [
      {
        answer: {
          hits: [{ sender_type: 'USER', position: 2, snippet: 'Keep the **Orders** <b>file</b>' }],
        },
      },
      { answer: { hits: [] } },
      { answer: { hits: [] } },
    ],
  },
  {
    name: 'a text that is too long, and a limit of none, are refused',
    useCase: 'search_messages',
    async play({ call }) {
      return [
        await call('search_messages', { q: 'x'.repeat(201) }),
        await call('search_messages', { q: 'x', limit: 0 }),
        await call('search_messages', { q: "😀'%_\\".repeat(40) }),
      ];
    },
    expected: [
      { code: 'invalid_input', message: 'q: must be 1 to 200 characters and not only white space' },
      { code: 'invalid_input', message: 'limit: must be 1 to 200' },
      { answer: { hits: [] } },
    ],
  },
];
