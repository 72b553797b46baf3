import { runClients } from '../clients/run-clients.ts';
import { AGENTS } from './agents.ts';

const wanted = process.argv.slice(2);
const names = AGENTS.map(({ name }) => name);
const unknown = wanted.find((name) => !names.includes(name));
if (unknown !== undefined) {
  process.stderr.write(`There is no agent "${unknown}". The agents are: ${names.join(', ')}\n`);
  process.exit(2);
}

// Servers and agents are killed when the process exits, which a signal alone does not do.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const agents = AGENTS.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
const width = Math.max(...agents.map(({ name }) => name.length));
const counts = await runClients(agents, (name, outcome, details) =>
  console.log(`${name.padEnd(width)}  ${outcome} (${details})`),
);
const summary = Object.entries(counts).map(([outcome, count]) => `${count} ${outcome}`);
console.log(summary.join(', '));
process.exitCode = counts.failed === 0 ? 0 : 1;
