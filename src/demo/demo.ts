/** Demo: it starts a stack of its own, performs a story on it, and removes everything at the end. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createStayClient } from '../client.js';
import { startStack, type Stack } from '../dev/stack.js';
import { defined } from '../domain/model/defined.js';
import { clientOn, connect, isTemporalGiven, temporalSettings } from '../temporal/connection.js';
import { openBookingSystem } from './booking-system.js';
import { openHotel } from './hotel.js';
import { perform, type Score } from './perform.js';
import type { Story } from './script.js';
import { openNarrator, type Narrator, type NarratorOptions } from './narrator.js';
import { NeverCame } from './until.js';

export interface DemoOptions {
  readonly story: Story;
  readonly out: NarratorOptions['out'];
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
  const narrator = openNarrator({ out, cast: story.cast });
  narrator.opening(story.title, story.about);
  let stack: Stack | undefined;
  let code: 0 | 1 = 1;
  try {
    stack = await startStack({
      folder,
      temporal: 'given-or-own',
      ...defined({ preferredPorts: options.preferredPorts }),
      simulator: { port: 0, propertyId: propertyId() },
      onProgress: narrator.progress,
    });
    code = await tellStory(stack, narrator, options);
  } catch (error) {
    if (!signal.aborted) throw error;
    narrator.closing('stopped', 'before the end of the story');
  } finally {
    await stack?.stop();
    if (code === 0 || signal.aborted) rmSync(folder, { recursive: true, force: true });
    else narrator.closing('logs', folder);
  }
  return code;
}

/** Returns a unique property id for a given server, which may still hold the stays of an earlier demo. */
function propertyId(): string {
  return isTemporalGiven(process.env) ? `${PROPERTY_ID}-${Date.now().toString(36)}` : PROPERTY_ID;
}

async function tellStory(stack: Stack, narrator: Narrator, { story, signal, atTheEnd }: DemoOptions): Promise<0 | 1> {
  const begun = performance.now();
  const { address, namespace, webUi } = stack.temporal;
  const { propertyId } = stack.simulator.property;
  const target = { ...(await temporalSettings(process.env)), address, namespace };
  const connection = await connect(target);
  try {
    const score = await perform(story, {
      cast: story.cast,
      booking: openBookingSystem(createStayClient(clientOn(connection, target)), propertyId),
      hotel: openHotel(stack.simulator),
      narrator,
      where: defined({ namespace, webUi }),
      killWorker: () => stack.worker().end('SIGKILL'),
      startWorker: async () => void (await stack.startWorker()),
      signal,
    });
    const code = sendDecision(narrator, score, performance.now() - begun);
    if (atTheEnd === 'keep-running') await keepRunning(stack, narrator, signal);
    return code;
  } catch (error) {
    if (!(error instanceof NeverCame)) throw error;
    narrator.decision(`The story stopped: ${error.message}.`, 'bad');
    return 1;
  } finally {
    await connection.close();
  }
}

function sendDecision(narrator: Narrator, { met, missed }: Score, tookMs: number): 0 | 1 {
  const all = met + missed;
  const seconds = Math.round(tookMs / 1000);
  if (missed === 0) narrator.decision(`All ${all} checks passed in ${seconds} s.`, 'good');
  else narrator.decision(`${missed} of ${all} checks failed: see ✗ above.`, 'bad');
  return missed === 0 ? 0 : 1;
}

async function keepRunning({ temporal, simulator }: Stack, narrator: Narrator, signal: AbortSignal): Promise<void> {
  narrator.closing('running', 'everything keeps running until Ctrl-C:');
  if (temporal.webUi !== undefined) narrator.closing('web ui', temporal.webUi);
  narrator.closing('hotel', `${simulator.url}/_sim/hotel`);
  narrator.closing(
    'stays',
    `TEMPORAL_ADDRESS=${temporal.address} bin/stayline show ${simulator.property.propertyId} R-5`,
  );
  if (!signal.aborted) await once(signal, 'abort');
}
