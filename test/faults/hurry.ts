// Preloaded into a process that is to wait for another: time passes JANUS_HURRY times as fast where it looks how much has passed.
const now = performance.now.bind(performance);
const hurry = Number(process.env['JANUS_HURRY']);
performance.now = () => now() * hurry;
