/** A measured number, for whoever reads the run. */
export const printMeasurement = (text: string): void => void process.stdout.write(`   ${text}\n`);
