/** Prints a measured value between the lines of the test run. */
export const printMeasurement = (text: string): void => void process.stdout.write(`   ${text}\n`);
