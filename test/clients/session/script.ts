/** One thing that a client sees in its session, and what happens next. */
export interface Scene {
  /** The line that the client prints. */
  readonly line: string;
  /** What happens before the client goes on. The client waits for this word on its stdin. */
  readonly next?: 'answered' | 'restarted';
}

/** The question of the session. The client asks it impatiently, and again after the answer was given. */
export const QUESTION = 'Deploy?';
export const ANSWER = 'Yes';

/**
 * The session that every client plays: connect, report a step, ask, give up before the answer comes, ask
 * the same again, report a step to the restarted server with the same client object, end.
 * @param protocol the revision of MCP that the client must have negotiated; REST for the other clients.
 */
export const scriptFor = (protocol: string): readonly Scene[] => {
  // REST does not number the steps.
  const number = (step: number) => (protocol === 'REST' ? '' : ` ${step}`);
  return [
    { line: `connected ${protocol}` },
    { line: `step${number(1)}` },
    { line: 'gave up', next: 'answered' },
    { line: `answer ${ANSWER}`, next: 'restarted' },
    { line: `step${number(2)}` },
    { line: 'ended' },
  ];
};

/** What the server must have stored in the end: the messages in order, and the status of the instance. */
export const STORED: readonly string[] = [
  'AGENT: Read the code',
  `AGENT asks: ${QUESTION} (answered)`,
  `USER: ${ANSWER}`,
  'AGENT: Deploy',
  'COMPLETED',
];
