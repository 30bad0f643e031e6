/**
 * Command `npm run demo [-- --keep]`: shows the story of guest keys in this terminal. It exits with 0 only if every
 * check passed.
 */
import { Command, CommanderError } from 'commander';
import { runDemo } from './demo.js';
import { guestKeys } from './story.js';

const BAD_INPUT = 2;

async function main(): Promise<number> {
  const { keep } = new Command('demo')
    .description('Guest keys from booking to check-out, and through failures, on this machine.')
    .option('--keep', 'keep everything running after the story, until Ctrl-C', false)
    .allowExcessArguments(false)
    .exitOverride()
    .parse()
    .opts<{ readonly keep: boolean }>();
  const ending = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort());
  return runDemo({
    story: guestKeys,
    out: process.stdout,
    signal: ending.signal,
    atTheEnd: keep ? 'keep-running' : 'stop',
    preferredPorts: { temporal: 7233, webUi: 8233 },
  });
}

try {
  process.exit(await main());
} catch (error) {
  if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : BAD_INPUT);
  process.stderr.write(`The demo failed: ${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
}
