/** Whether faults are tried in full, which takes hours, or a few of them. `npm run test:faults` asks for the former. */
export const isFull = process.env['JANUS_TEST_FAULTS'] === 'full';
