#!/usr/bin/env node
await import('../dist/janus.js');
