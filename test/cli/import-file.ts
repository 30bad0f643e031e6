/** Files to import, and the command that imports them, run in this process. */
import { Writable } from 'node:stream';
import type { Connection } from '@temporalio/client';
import { createProgram } from '../../src/cli/program.js';
import { BadInput, NotWorked } from '../../src/cli/outcome.js';
import type { StayWorld } from '../support/stay-world.js';

/** One in `certainty` is confirmed, the others are tentative. */
export function csvOf(count: number, certainty = 1): string {
  const header = 'reservationId,revision,status,from,to,rooms,guestName,guestEmail';
  const lines = Array.from({ length: count }, (_, index) => {
    const day = new Date(Date.UTC(2031, 0, 1 + Math.floor(index / 100)));
    const to = new Date(day.getTime() + 20 * 60 * 60_000);
    const room = 101 + (index % 100);
    const status = index % certainty === 0 ? 'confirmed' : 'tentative';
    return `R-${index},1,${status},${day.toISOString()},${to.toISOString()},${room},Guest ${index},guest${index}@example.com`;
  });
  return `${header}\n${lines.join('\n')}\n`;
}

export function addressOf({ temporal }: StayWorld): string {
  return (temporal.connection as Connection).options.address;
}

export interface Imported {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export async function importing(address: string, args: readonly string[]): Promise<Imported> {
  const [out, err] = [collector(), collector()];
  const env = { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: 'default' };
  const program = createProgram({ env, out: out.stream, err: err.stream });
  try {
    await program.parseAsync(['import', ...args], { from: 'user' });
    return { code: 0, out: out.text(), err: err.text() };
  } catch (error) {
    if (error instanceof NotWorked) return { code: 1, out: out.text(), err: err.text() };
    if (error instanceof BadInput) return { code: 2, out: out.text(), err: err.text() };
    throw error;
  }
}

function collector(): { readonly stream: NodeJS.WritableStream; text(): string } {
  let text = '';
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  return { stream, text: () => text };
}
