/** Demo: it starts a stack of its own, performs a story on it, and removes everything at the end. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from '@temporalio/client';
import { createStayClient } from '../client.js';
import { startStack, type Stack } from '../dev/stack.js';
import { defined } from '../domain/model/defined.js';
import { connect, isTemporalGiven, temporalTarget } from '../temporal/connection.js';
import { openBookingSystem } from './booking-system.js';
import { openHotel } from './hotel.js';
import { perform, type Score } from './perform.js';
import type { Story } from './script.js';
import { openTeller, type Teller, type TellerOptions } from './teller.js';
import { NeverCame } from './until.js';

export interface DemoOptions {
  readonly story: Story;
  readonly out: TellerOptions['out'];
  /** Ends the demo: during the story as failed; while everything is kept running, with the story's result. */
  readonly signal: AbortSignal;
  /** Action when the story is over: end, or leave everything running until the signal. */
  readonly atTheEnd: 'stop' | 'keep-running';
  /** Ports to take if they are free; absent: any. */
  readonly preferredPorts?: { readonly temporal: number; readonly webUi: number };
}

const PROPERTY_ID = 'seaside';

/**
 * Starts the stack, performs the story, stops everything.
 * @returns the exit code: 0 only if every check passed
 * @throws Error if the stack does not start
 */
export async function runDemo(options: DemoOptions): Promise<0 | 1> {
  const { story, out, signal } = options;
  const folder = mkdtempSync(path.join(tmpdir(), 'stayline-demo-'));
  const teller = openTeller({ out, cast: story.cast });
  teller.opening(story.title, story.about);
  let stack: Stack | undefined;
  let code: 0 | 1 = 1;
  try {
    stack = await startStack({
      folder,
      temporal: 'given-or-own',
      ...defined({ preferredPorts: options.preferredPorts }),
      simulator: { port: 0, propertyId: propertyId() },
      onProgress: teller.progress,
    });
    code = await tellStory(stack, teller, options);
  } catch (error) {
    if (!signal.aborted) throw error;
    teller.closing('stopped', 'before the end of the story');
  } finally {
    await stack?.stop();
    if (code === 0 || signal.aborted) rmSync(folder, { recursive: true, force: true });
    else teller.closing('logs', folder);
  }
  return code;
}

/** Returns a unique property id for a given server, which may still hold the stays of an earlier demo. */
function propertyId(): string {
  return isTemporalGiven(process.env) ? `${PROPERTY_ID}-${Date.now().toString(36)}` : PROPERTY_ID;
}

async function tellStory(stack: Stack, teller: Teller, { story, signal, atTheEnd }: DemoOptions): Promise<0 | 1> {
  const begun = performance.now();
  const { address, namespace, webUi } = stack.temporal;
  const { propertyId } = stack.simulator.property;
  const connection = await connect({ ...temporalTarget(process.env), address, namespace });
  try {
    const score = await perform(story, {
      cast: story.cast,
      booking: openBookingSystem(createStayClient(new Client({ connection, namespace })), propertyId),
      hotel: openHotel(stack.simulator),
      teller,
      where: defined({ namespace, webUi }),
      killWorker: () => stack.worker().end('SIGKILL'),
      startWorker: async () => void (await stack.startWorker()),
      signal,
    });
    const code = sendDecision(teller, score, performance.now() - begun);
    if (atTheEnd === 'keep-running') await keepRunning(stack, teller, signal);
    return code;
  } catch (error) {
    if (!(error instanceof NeverCame)) throw error;
    teller.decision(`The story stopped: ${error.message}.`, 'bad');
    return 1;
  } finally {
    await connection.close();
  }
}

function sendDecision(teller: Teller, { met, missed }: Score, tookMs: number): 0 | 1 {
  const all = met + missed;
  const seconds = Math.round(tookMs / 1000);
  if (missed === 0) teller.decision(`All ${all} checks passed in ${seconds} s.`, 'good');
  else teller.decision(`${missed} of ${all} checks failed: see ✗ above.`, 'bad');
  return missed === 0 ? 0 : 1;
}

async function keepRunning({ temporal, simulator }: Stack, teller: Teller, signal: AbortSignal): Promise<void> {
  teller.closing('running', 'everything keeps running until Ctrl-C:');
  if (temporal.webUi !== undefined) teller.closing('web ui', temporal.webUi);
  teller.closing('hotel', `${simulator.url}/_sim/hotel`);
  teller.closing(
    'stays',
    `TEMPORAL_ADDRESS=${temporal.address} npm run stayline -- show ${simulator.property.propertyId} R-5`,
  );
  if (!signal.aborted) await once(signal, 'abort');
}
