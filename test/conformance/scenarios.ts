/** A scenario of the conformance runner, with those of its checks that do not apply to this server. */
export interface Scenario {
  readonly name: string;
  readonly revisions: readonly ('2025-11-25' | '2026-07-28')[];
  /** The ids of checks that call the runner's own sample tools. */
  readonly exceptChecks?: readonly string[];
  /** Whether it is run at a server that has the runner's sample tools besides the server's own. */
  readonly needsSampleTools?: true;
}

const BOTH = ['2025-11-25', '2026-07-28'] as const;

const TASK_SCENARIOS: readonly Scenario[] = [
  'tasks-lifecycle',
  'tasks-capability-negotiation',
  'tasks-wire-fields',
  'tasks-request-state-removal',
  'tasks-mrtr-input',
  'tasks-mrtr-composition',
  'tasks-request-headers',
  'tasks-dispatch-and-envelope',
  'tasks-required-task-error',
].map((name) => ({ name, revisions: ['2026-07-28'], needsSampleTools: true }));

/** Every server scenario that this server must pass. */
export const SCENARIOS: readonly Scenario[] = [
  { name: 'server-initialize', revisions: ['2025-11-25'] },
  { name: 'server-session-lifecycle', revisions: ['2025-11-25'] },
  { name: 'ping', revisions: ['2025-11-25'] },
  { name: 'tools-list', revisions: BOTH },
  { name: 'server-sse-multiple-streams', revisions: BOTH },
  { name: 'dns-rebinding-protection', revisions: BOTH },
  { name: 'caching', revisions: ['2026-07-28'] },
  { name: 'resources-list', revisions: BOTH },
  { name: 'prompts-list', revisions: BOTH },
  { name: 'sep-2164-resource-not-found', revisions: ['2026-07-28'] },
  { name: 'http-header-validation', revisions: ['2026-07-28'] },
  { name: 'input-required-result-unsupported-methods', revisions: ['2026-07-28'] },
  {
    name: 'server-stateless',
    revisions: ['2026-07-28'],
    exceptChecks: [
      'sep-2575-server-rejects-undeclared-capability',
      'sep-2575-missing-capability-http-400',
      'sep-2575-http-server-no-independent-requests-on-stream',
      'sep-2575-server-no-log-without-loglevel',
    ],
  },
  ...TASK_SCENARIOS,
];

/** The scenarios that are not run, by the beginning of their names, with the reason. */
export const LEFT_OUT: readonly { readonly prefix: string; readonly reason: string }[] = [
  { prefix: 'tools-call-', reason: "calls the runner's sample tools" },
  { prefix: 'json-schema-2020-12', reason: "looks for the runner's sample tool and its schema" },
  { prefix: 'server-sse-polling', reason: "calls the runner's sample tool that closes its stream" },
  { prefix: 'http-custom-header-server-validation', reason: "calls the runner's sample tool with headers" },
  { prefix: 'elicitation-', reason: 'needs sample tools that ask the client; ours ask the person' },
  { prefix: 'input-required-result-', reason: "needs the runner's sample tools that ask the client" },
  { prefix: 'resources-', reason: "reads, or subscribes to, the runner's sample resources" },
  { prefix: 'prompts-', reason: "gets the runner's sample prompts" },
  { prefix: 'completion-complete', reason: 'nothing to complete is offered' },
  { prefix: 'logging-set-level', reason: 'no log messages are sent to clients' },
  { prefix: 'sep-2640-', reason: 'an extension that is not offered' },
  { prefix: 'tasks-status-notifications', reason: 'the runner itself skips its only check' },
];
