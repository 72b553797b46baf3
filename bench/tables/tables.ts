import type { BenchTable } from '../report/table.ts';
import { hooksTable } from './hooks.ts';
import { liveStreamsTable } from './live-streams.ts';
import { notificationsTable } from './notifications.ts';
import { polledTasksTable } from './polled-tasks.ts';
import { rowLevelSecurityTable } from './row-level-security.ts';
import { serversTable } from './servers.ts';
import { tokensTable } from './token-verification.ts';
import { transportsTable } from './transports.ts';
import { waitingTable } from './waiting-clients.ts';

/** All tables of docs/BENCH.md, in the order of docs/bench.json. */
export const BENCH_TABLES: readonly BenchTable[] = [
  serversTable,
  transportsTable,
  waitingTable,
  polledTasksTable,
  liveStreamsTable,
  notificationsTable,
  hooksTable,
  rowLevelSecurityTable,
  tokensTable,
];
