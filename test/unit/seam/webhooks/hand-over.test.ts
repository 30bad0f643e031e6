/** Hand-over of events to the stays that hold the key or phone: as soon as a stay can be found, and once per event. */
import { describe, expect, it } from 'vitest';
import {
  openEventHandler,
  type EventHandler,
  type HandOverOptions,
  type SeamEvent,
} from '../../../../src/seam/webhooks/index.js';

type Signalled = readonly [stayId: string, name: string, payload: unknown];

interface World {
  readonly handler: EventHandler;
  /** Ids that each stay holds. */
  readonly held: Map<string, readonly string[]>;
  readonly signals: Signalled[];
  looks: number;
  /** Runs at each lookup of a stay. */
  onLook: () => void;
}

function aWorld(options: Partial<HandOverOptions> = {}): World {
  const world: World = {
    held: new Map(),
    signals: [],
    looks: 0,
    onLook: () => undefined,
    handler: openEventHandler({
      lookAgainAfterMs: [1, 1, 1],
      stays: {
        async holding(id) {
          world.looks += 1;
          world.onLook();
          return [...world.held].filter(([, ids]) => ids.includes(id)).map(([stayId]) => stayId);
        },
        async signal(stayId, { name, payload }) {
          if (!world.held.has(stayId)) return false;
          world.signals.push([stayId, name, payload]);
          return true;
        },
      },
      ...options,
    }),
  };
  return world;
}

function keyEvent(eventId: string, acsCredentialId: string, eventType = 'acs_credential.invalidated'): SeamEvent {
  return { kind: 'credential', eventId, eventType, acsCredentialId, acsSystemId: 's' };
}

describe('an event about a key', () => {
  it('a key event is sent to the stay that holds the key, with the event id as the request id', async () => {
    const world = aWorld();
    world.held.set('stay/a/1', ['c-1']).set('stay/a/2', ['c-2']);
    expect(await world.handler.take(keyEvent('e-1', 'c-1'))).toEqual({ kind: 'handed-over', stays: ['stay/a/1'] });
    const payload = {
      acsCredentialId: 'c-1',
      eventType: 'acs_credential.invalidated',
      eventId: 'e-1',
      requestId: 'e-1',
    };
    expect(world.signals).toEqual([['stay/a/1', 'credentialChanged', payload]]);
  });

  it('a key event finds a stay that can be found only a little later', async () => {
    const world = aWorld();
    world.onLook = () => world.looks === 3 && world.held.set('stay/a/1', ['c-1']);
    expect(await world.handler.take(keyEvent('e-1', 'c-1'))).toMatchObject({ kind: 'handed-over' });
  });

  it('an event about the copy on one phone is sent to the stay that holds the key', async () => {
    const asked: unknown[] = [];
    const world = aWorld({
      parentOf: async (credential) => {
        asked.push(credential);
        return 'c-1';
      },
    });
    world.held.set('stay/a/1', ['c-1']);
    await world.handler.take(keyEvent('e-1', 'copy-1'));
    expect(world.signals).toMatchObject([['stay/a/1', 'credentialChanged', { acsCredentialId: 'c-1' }]]);
    expect(asked).toMatchObject([{ acsCredentialId: 'copy-1', acsSystemId: 's' }]);
  });

  it('an event about a key that a stay holds needs no request to Seam', async () => {
    const world = aWorld({ parentOf: () => Promise.reject(new Error('asked')) });
    world.held.set('stay/a/1', ['c-1']);
    expect(await world.handler.take(keyEvent('e-1', 'c-1'))).toMatchObject({ kind: 'handed-over' });
  });

  it('an event about a copy that has reached its phone needs no request to Seam', async () => {
    const world = aWorld({ parentOf: () => Promise.reject(new Error('asked')) });
    world.held.set('stay/a/1', ['c-1']);
    expect(await world.handler.take(keyEvent('e-1', 'copy-1', 'acs_credential.issued'))).toEqual({ kind: 'no-stay' });
  });

  it('a key event of another application finds no stay after a few lookups', async () => {
    const world = aWorld({ parentOf: () => Promise.resolve(undefined) });
    expect(await world.handler.take(keyEvent('e-1', 'c-9'))).toEqual({ kind: 'no-stay' });
    expect(world.looks).toBe(5);
  });

  it('a key event of a stay that ends meanwhile finds no stay', async () => {
    const world = aWorld();
    world.held.set('stay/a/1', ['c-1']);
    world.onLook = () => setImmediate(() => world.held.clear());
    const stays = world.handler.take(keyEvent('e-1', 'c-1'));
    world.held.clear();
    expect(await stays).toEqual({ kind: 'no-stay' });
  });

  it('a key event is sent to its stay once, even if it arrives repeatedly or twice at the same time', async () => {
    const world = aWorld();
    world.held.set('stay/a/1', ['c-1']);
    const event = keyEvent('e-1', 'c-1');
    const outcomes = await Promise.all([world.handler.take(event), world.handler.take(event)]);
    expect(outcomes.map((outcome) => outcome.kind)).toEqual(['handed-over', 'repeated']);
    expect(await world.handler.take(event)).toEqual({ kind: 'repeated' });
    expect(world.signals).toHaveLength(1);
  });

  it('a key event that found no stay is looked up again when it arrives again', async () => {
    const world = aWorld({ lookAgainAfterMs: [] });
    const event = keyEvent('e-1', 'c-1');
    expect(await world.handler.take(event)).toEqual({ kind: 'no-stay' });
    world.held.set('stay/a/1', ['c-1']);
    expect(await world.handler.take(event)).toMatchObject({ kind: 'handed-over' });
  });

  it('a key event fails while Temporal is unavailable, and is handed over when it arrives again', async () => {
    const world = aWorld();
    world.held.set('stay/a/1', ['c-1']);
    world.onLook = () => {
      throw new Error('Temporal is away');
    };
    const event = keyEvent('e-1', 'c-1');
    const twice = await Promise.allSettled([world.handler.take(event), world.handler.take(event)]);
    expect(twice.map((one) => one.status)).toEqual(['rejected', 'rejected']);
    world.onLook = () => undefined;
    expect(await world.handler.take(event)).toMatchObject({ kind: 'handed-over' });
  });

  it('an event about a copy fails while Seam cannot return the key of the copy', async () => {
    const world = aWorld({ parentOf: () => Promise.reject(new Error('Seam is away')) });
    await expect(world.handler.take(keyEvent('e-1', 'copy-1'))).rejects.toThrow('Seam is away');
  });
});

describe('an event', () => {
  it("a phone event is sent to every stay of the phone's owner", async () => {
    const world = aWorld();
    world.held.set('stay/a/1', ['c-1', 'phone-1']).set('stay/a/2', ['phone-1']).set('stay/a/3', ['c-3']);
    const event: SeamEvent = { kind: 'phone', eventId: 'e-1', eventType: 'phone.deactivated', deviceId: 'phone-1' };
    expect(await world.handler.take(event)).toEqual({ kind: 'handed-over', stays: ['stay/a/1', 'stay/a/2'] });
    const payload = { deviceId: 'phone-1', eventType: 'phone.deactivated', eventId: 'e-1', requestId: 'e-1' };
    expect(world.signals).toEqual([
      ['stay/a/1', 'phoneChanged', payload],
      ['stay/a/2', 'phoneChanged', payload],
    ]);
  });

  it('an event about the access system, or of any other type, causes no lookup of a stay', async () => {
    const world = aWorld();
    world.held.set('stay/a/1', ['s']);
    const system = { kind: 'system', eventType: 'acs_system.disconnected', acsSystemId: 's', errorCodes: [] } as const;
    expect(await world.handler.take({ eventId: 'e-1', ...system })).toEqual({ kind: 'noted' });
    expect(await world.handler.take({ kind: 'other', eventId: 'e-2', eventType: 'lock.sang' })).toEqual({
      kind: 'ignored',
    });
    expect(world.looks).toBe(0);
  });
});
