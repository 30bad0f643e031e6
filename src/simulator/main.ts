/** `npm run simulator -- --port 4010 [--rooms 40]`: prints one JSON line to stdout when ready, all else to stderr. */
import { renameSync, writeFileSync } from 'node:fs';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { defined } from '../domain/model/defined.js';
import type { Property } from '../domain/model/property-schema.js';
import { startSimulator } from './server.js';

interface Arguments {
  readonly port: number;
  readonly host: string;
  readonly rooms?: number;
  readonly data?: string;
  readonly latency: number;
  readonly callsPerSecond?: number;
  readonly apiKey?: string;
  readonly writeProperties?: string;
  readonly webhookUrl?: string;
  readonly webhookSecret?: string;
}

const BAD_INPUT = 2;

function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most) {
      throw new InvalidArgumentError(`must be a whole number from ${least} to ${most}.`);
    }
    return value;
  };
}

function webUrl(text: string): string {
  if (!/^https?:/.test(text) || !URL.canParse(text)) {
    throw new InvalidArgumentError('must be a URL such as "http://127.0.0.1:4020/webhooks/seam".');
  }
  return text;
}

function webhookSecret(text: string): string {
  if (!/^whsec_[A-Za-z0-9+/]{4,}={0,2}$/.test(text)) throw new InvalidArgumentError('must be "whsec_" and base64.');
  return text;
}

function readArguments(): Arguments {
  const command = new Command('simulator')
    .description("Serves Seam's API for a simulated hotel with Visionline locks, guests' phones and faults.")
    .requiredOption('--port <number>', 'port to listen on; 0 picks a free one', wholeNumber(0, 65_535))
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--rooms <number>', 'how many guest rooms a new hotel has (default: 40)', wholeNumber(1, 2_000))
    .option('--data <file>', 'keep the state in this file, and continue with it at the next start')
    .option('--latency <ms>', 'delay of the provider, in milliseconds', wholeNumber(0, 600_000), 300)
    .option('--calls-per-second <number>', 'calls that Seam accepts; the others get 429', wholeNumber(1, 100_000))
    .option('--api-key <key>', 'the API key of callers; by default that of --data, or a new one at every start')
    .option('--webhook-url <url>', 'URL that receives every event; requires --webhook-secret', webUrl)
    .option('--webhook-secret <secret>', 'secret that signs the deliveries: "whsec_" and base64', webhookSecret)
    .option('--write-properties <file>', 'write the property file for this hotel, which a worker needs')
    .allowExcessArguments(false)
    .exitOverride()
    .parse();
  const given = command.opts<Arguments>();
  if ((given.webhookUrl === undefined) !== (given.webhookSecret === undefined)) {
    command.error('error: --webhook-url and --webhook-secret must be given together', { exitCode: BAD_INPUT });
  }
  return given;
}

async function main(): Promise<void> {
  const given = readArguments();
  const { port, host, rooms, data, latency: providerLatencyMs, apiKey: givenKey, writeProperties } = given;
  const { webhookUrl, webhookSecret: secret, callsPerSecond } = given;
  const simulator = await startSimulator({
    port,
    host,
    providerLatencyMs,
    ...defined({ rooms, apiKey: givenKey, stateFile: data, callsPerSecond }),
    ...(webhookUrl === undefined || secret === undefined ? {} : { webhook: { url: webhookUrl, secret } }),
  });
  const { url, apiKey, personalAccessToken, workspaceId, acsSystemId, credentialManagerAcsSystemId, property } =
    simulator;
  const ready = { url, apiKey, workspaceId, acsSystemId, credentialManagerAcsSystemId, property, personalAccessToken };
  try {
    if (writeProperties !== undefined) writeProperty(writeProperties, property);
  } catch (error) {
    await simulator.close();
    throw error;
  }
  process.stdout.write(`${JSON.stringify(ready)}\n`);
  process.stderr.write(
    `The simulated hotel with ${simulator.hotel.rooms().length} rooms is at ${url}; its control API is at ${url}/_sim/hotel\n`,
  );
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void simulator.close());
}

/** Writes the file atomically, because a worker may be reading it. */
function writeProperty(file: string, property: Property): void {
  writeFileSync(`${file}.draft`, JSON.stringify({ properties: [property] }, null, 2));
  renameSync(`${file}.draft`, file);
}

try {
  await main();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : BAD_INPUT;
  else {
    process.stderr.write(`The simulator did not start: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
