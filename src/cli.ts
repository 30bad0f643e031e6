#!/usr/bin/env node
/** Program `stayline` (docs/cli.md). Exit codes: 0 success; 1 failure; 2 wrong input. */
import { runCli } from './cli/run.js';

// The reader may have enough before the end, as in `stayline show … | head -1`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

process.exitCode = await runCli(process.argv.slice(2), {
  env: process.env,
  out: process.stdout,
  err: process.stderr,
});
