import type { Logger } from '../../../ports/runtime.ts';
import type { Ports } from '../../use-case.ts';
import type { LiveDeliveries } from './delivery-updates.ts';
import type { ReadWaitsElsewhere } from './waits-elsewhere.ts';

/** What live streams need from outside. */
export interface LivePorts
  extends Pick<Ports, 'queries' | 'signals' | 'waits' | 'settings' | 'clock' | 'ids'> {
  /** Logs reads that failed and are tried again. */
  readonly logger?: Pick<Logger, 'warn'> | null;
  /** Null or absent: nobody is notified. */
  readonly deliveries?: LiveDeliveries | null;
  /** Null or absent if there is only one process. */
  readonly readWaitsElsewhere?: ReadWaitsElsewhere | null;
  /** The interval at which waits of other processes are read. */
  readonly waitsElsewhereIntervalMs?: number;
  /** The interval of events that only keep a stream alive. */
  readonly keepAliveIntervalMs?: number;
}
