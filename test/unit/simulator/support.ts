/**
 * A simulator for tests, on a port that the system picks. Every response that it gives is checked against Seam's published
 * contract; with `requests: 'checked'`, so is every request that it receives.
 */
import { startSimulator, type Simulator, type SimulatorOptions } from '../../../src/simulator/server.js';
import { assertSeamRequest, assertSeamResponse } from '../../vendor/seam/contract.js';

export interface TestSimulatorOptions extends Omit<SimulatorOptions, 'port' | 'onAnswer'> {
  /** Default `not-checked`, so that tests of bad requests can send them. */
  readonly requests?: 'checked' | 'not-checked';
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // What a test expects of a body differs from call to call; the contract has already judged its shape.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly body: any;
}

export interface TestSimulator extends Simulator {
  /** A POST to Seam's API, with the API key. */
  seam(path: string, body?: unknown): Promise<Answer>;
  /** Any request, as it is. */
  fetch(path: string, init?: RequestInit): Promise<Answer>;
  /** A call to the control API: POST with a body, GET without. Throws unless the response has status 200. */
  control(path: string, body?: unknown): Promise<Answer['body']>;
  /** Id of the door with this name. */
  door(name: string): string;
  /** Closes it. Throws if an answer (or a checked request) was not as Seam publishes it. */
  close(): Promise<void>;
}

/** Starts a simulator, by default without provider latency. Close it in `afterEach` or `onTestFinished`. */
export async function openSimulator(options: TestSimulatorOptions = {}): Promise<TestSimulator> {
  const { requests = 'not-checked', ...rest } = options;
  const offences: unknown[] = [];
  const simulator = await startSimulator({
    providerLatencyMs: 0,
    ...rest,
    port: 0,
    onAnswer({ path, asked, body }) {
      try {
        assertSeamResponse(path, body);
        if (requests === 'checked') assertSeamRequest(path, asked);
      } catch (error) {
        offences.push(error);
      }
    },
  });

  async function send(path: string, init: RequestInit = {}): Promise<Answer> {
    const response = await fetch(`${simulator.url}${path}`, init);
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  }

  function post(path: string, body: unknown): Promise<Answer> {
    return send(path, {
      method: 'POST',
      headers: { authorization: `Bearer ${simulator.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(body ?? {}),
    });
  }

  return {
    ...simulator,
    seam: post,
    fetch: send,
    async control(path, body) {
      const answer = await (body === undefined ? send(path) : post(path, body));
      if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
      return answer.body;
    },
    door: (name) => simulator.hotel.door(name).id,
    async close() {
      await simulator.close();
      if (offences.length > 0) throw new AggregateError(offences, offences.map(String).join('\n'));
    },
  };
}
