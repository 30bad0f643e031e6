/**
 * Sends the snapshots of a reservation as in production: repeated, out of order, several at once, given up and sent again. The stay must
 * become the same as if each was sent once in the order of revisions.
 */
import fc from 'fast-check';
import { expect } from 'vitest';
import type { ApiWorld, Called } from './api-world.js';

interface Sending {
  /** Index of the snapshot. */
  readonly index: number;
  /** Lane that sends it; the lanes send in parallel. */
  readonly lane: number;
  /** Timeout in milliseconds, after which the caller sends the snapshot again. */
  readonly giveUpMs?: number;
}

const party = fc
  .uniqueArray(fc.constantFrom('g1', 'g2', 'g3', 'g4'), { maxLength: 4 })
  .map((ids) => ids.map((guestId) => ({ guestId })));

/** Snapshots in the future, so that no key is due: only the desired state is compared, not the keys issued meanwhile. */
const content = fc.record({
  status: fc.constantFrom('tentative', 'confirmed', 'cancelled', 'no-show'),
  window: fc.constantFrom(
    { from: '2027-06-01T13:00Z', to: '2027-06-04T09:00Z' },
    { from: '2027-06-02T13:00Z', to: '2027-06-04T09:00Z' },
    { arrival: '2027-06-01', departure: '2027-06-05' },
  ),
  rooms: fc.constantFrom([], ['101'], ['101', '102'], ['103']),
  guests: party,
  hold: fc.option(fc.constant({ reason: 'deposit missing' }), { nil: undefined }),
});

const plot = fc.array(content, { minLength: 1, maxLength: 5 }).chain((contents) => {
  const indices = contents.map((_, index) => index);
  const sending = fc.record(
    { index: fc.constantFrom(...indices), lane: fc.nat({ max: 2 }), giveUpMs: fc.integer({ min: 0, max: 20 }) },
    { requiredKeys: ['index', 'lane'] },
  );
  return fc.record({
    contents: fc.constant(contents),
    // Every snapshot at least once, then the repetitions.
    sendings: fc
      .tuple(fc.shuffledSubarray(indices, { minLength: indices.length }), fc.array(sending, { maxLength: 6 }))
      .chain(([all, more]) => {
        const once = all.map((index): Sending => ({ index, lane: index % 3 }));
        return fc.shuffledSubarray([...once, ...more], { minLength: once.length + more.length });
      }),
  });
});

let told = 0;

export async function converges(world: ApiWorld, numRuns: number, seed: number): Promise<void> {
  const property = fc.asyncProperty(plot, async ({ contents, sendings }) => {
    told += 1;
    const asTold = `/v1/properties/seaside/reservations/told-${seed}-${told}`;
    const inOrder = `/v1/properties/seaside/reservations/ordered-${seed}-${told}`;
    // No stay may block another stay.
    const snapshotsIn = (wing: string): object[] =>
      contents.map((one, index) => ({ ...one, rooms: one.rooms.map((room) => `${wing}${room}`), revision: index + 1 }));
    const snapshots = snapshotsIn(`told-${told}-`);
    for (const snapshot of snapshotsIn(`ordered-${told}-`))
      expect((await world.call('PUT', inOrder, snapshot)).status).toBe(200);
    await Promise.all(
      [0, 1, 2].map(async (lane) => {
        for (const sending of sendings.filter((one) => one.lane === lane)) {
          await send(world, asTold, snapshots[sending.index], sending);
        }
      }),
    );
    const compare = async (): Promise<void> => {
      const [desired, come] = await Promise.all([inOrder, asTold].map((path) => world.call('GET', path)));
      expect(essence(come?.body)).toEqual(essence(desired?.body));
    };
    await expect.poll(compare, { timeout: 120_000, interval: 50 }).toBe(undefined);
  });
  // Each shrinking attempt would cost as much as the first run.
  await fc.assert(property, {
    endOnFailure: true,
    numRuns,
    seed,
    interruptAfterTimeLimit: 500_000,
    markInterruptAsFailure: true,
  });
}

async function send(world: ApiWorld, path: string, snapshot: unknown, { giveUpMs }: Sending): Promise<void> {
  if (giveUpMs !== undefined) {
    const signal = AbortSignal.timeout(giveUpMs);
    await world.call('PUT', path, snapshot, { signal }).catch(() => undefined);
  }
  const { status } = await world.call('PUT', path, snapshot);
  expect([200, 409]).toContain(status);
}

/**
 * Returns the desired state of a view. Guests that the stay never had to register are left out, and so is what Seam and the stay have
 * observed of the others: two stays have ids of their own, and may have registered other guests on the way.
 */
function essence(view: Called['body']): object {
  const { revision, phase, window, rooms, guests, attention } = view;
  const here = guests
    .filter((guest: { keyState: string }) => guest.keyState !== 'gone')
    .map(({ userIdentityId: _id, noPhoneAccess: _why, ...guest }: Called['body']) => guest);
  const byId = (a: { guestId: string }, b: { guestId: string }): number => (a.guestId < b.guestId ? -1 : 1);
  // The rooms of these plots have no doors; a stay detects that only while the reservation is certain.
  const codes = attention
    .map(({ code }: { code: string }) => code)
    .filter((code: string) => code !== 'impossible-plan');
  const numbers = rooms.map((room: string) => room.slice(-'101'.length));
  return { revision, phase, window, rooms: numbers, guests: here.toSorted(byId), codes: codes.toSorted() };
}
