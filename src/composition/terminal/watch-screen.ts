import type { AgentInstance } from '../../adapters/client/client.ts';
import { plainLine } from '../../domain/text/plain-text.ts';
import { cut } from './plain-text.ts';
import { messageLine, questionLines } from './question-lines.ts';
import { stopNote } from './status-news.ts';
import { instanceLabel, placeNote, type WatchedAgents } from './watched-agents.ts';

const REDRAW_MS = 100;
/**
 * Switches to the alternate screen and hides the cursor, and back. All terminals know these control sequences
 * of xterm.
 */
const ENTER = '\u001b[?1049h\u001b[?25l';
const LEAVE = '\u001b[?25h\u001b[?1049l';
const HOME = '\u001b[H';
const CLEAR_LINE = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';
const BOLD = '\u001b[1m';
const DIM = '\u001b[2m';
const RESET_STYLE = '\u001b[0m';

/** A list of agents above a timeline. It is drawn at most ten times a second. */
export class WatchScreen implements Disposable {
  readonly #agents: WatchedAgents;
  readonly #out: NodeJS.WriteStream;
  readonly #onResize = () => this.show();
  #redrawTimer: NodeJS.Timeout | null = null;
  /** The state of the connection, shown in the first line. */
  state = 'connecting';

  constructor(agents: WatchedAgents, out: NodeJS.WriteStream) {
    this.#agents = agents;
    this.#out = out;
    out.write(ENTER);
    out.on('resize', this.#onResize);
  }

  /** Draws the screen within 100 ms. */
  show(): void {
    this.#redrawTimer ??= setTimeout(() => {
      this.#redrawTimer = null;
      this.#out.write(draw(this.#agents, this.state, this.#out));
    }, REDRAW_MS);
  }

  [Symbol.dispose](): void {
    if (this.#redrawTimer !== null) clearTimeout(this.#redrawTimer);
    this.#out.off('resize', this.#onResize);
    this.#out.write(LEAVE);
  }
}

interface Size {
  readonly columns?: number;
  readonly rows?: number;
}

/** Returns the whole screen as text. Agents that wait come first, with their questions, and get most rows. */
function draw(agents: WatchedAgents, state: string, size: Size): string {
  // A terminal that does not know its size says 0.
  const columns = size.columns || 80;
  const rows = size.rows || 24;
  const { list, timeline } = agents;
  const waitingCount = list.filter(({ status }) => status === 'AWAITING_INPUT').length;
  const maxAgentRows = Math.max(1, Math.floor((rows - 4) * (waitingCount > 0 ? 0.8 : 0.6)));
  const title = `Agents: ${list.length}, waiting for you: ${waitingCount} (${state}; Ctrl-C ends it)`;
  const agentRows: string[] = [];
  let hiddenCount = list.length;
  for (const instance of list) {
    if (agentRows.length >= maxAgentRows) break;
    agentRows.push(...agentLines(agents, instance, { columns, maxLines: maxAgentRows - agentRows.length }));
    hiddenCount -= 1;
  }
  const hiddenRow =
    hiddenCount > 0 ? [`${DIM}${cut(`… and ${hiddenCount} more`, columns)}${RESET_STYLE}`] : [];
  const timelineRows = Math.max(0, rows - 2 - agentRows.length - hiddenRow.length);
  const timelineLines =
    timelineRows === 0
      ? []
      : timeline.slice(-timelineRows).map((line) => `${DIM}${cut(line, columns)}${RESET_STYLE}`);
  const lines = [cut(title, columns), ...agentRows, ...hiddenRow, '', ...timelineLines];
  return `${HOME}${lines.map((line) => `${line}${CLEAR_LINE}`).join('\r\n')}${CLEAR_BELOW}`;
}

function agentLines(
  agents: WatchedAgents,
  instance: AgentInstance,
  { columns, maxLines }: { readonly columns: number; readonly maxLines: number },
): readonly string[] {
  const { id, status, latest_message } = instance;
  const heading = `${status.padEnd(14)} ${instanceLabel(instance, id)}${placeNote(instance)}${stopNote(instance)}`;
  const question = agents.question(id);
  if (status !== 'AWAITING_INPUT') return [cut(`${heading}  ${plainLine(latest_message ?? '')}`, columns)];
  const bold = (line: string) => `${BOLD}${cut(line, columns)}${RESET_STYLE}`;
  if (question === null || maxLines < 3)
    return [
      bold(`${heading}  ${question === null ? plainLine(latest_message ?? '') : messageLine(question)}`),
    ];
  const shortId = agents.shortIdOf(id);
  const space = { shortId, columns, maxLines: maxLines - 1, now: Date.now() };
  return [bold(heading), ...questionLines(question, space)];
}
