/** Prints a measured value, for the reader of the test run. */
export const printMeasurement = (text: string): void => void process.stdout.write(`   ${text}\n`);
