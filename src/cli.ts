#!/usr/bin/env node
/** The `stayline` program (docs/cli.md). Ends with 0: done; 1: it did not work; 2: what was given is wrong. */
import { runCli } from './cli/run.js';

process.exitCode = await runCli(process.argv.slice(2), {
  env: process.env,
  out: process.stdout,
  err: process.stderr,
});
