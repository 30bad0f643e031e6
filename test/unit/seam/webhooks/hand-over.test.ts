/** Which stays an event is brought to: found by what they hold, as soon as that can be found; each event once. */
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
  /** What each stay holds. */
  readonly held: Map<string, readonly string[]>;
  readonly signals: Signalled[];
  looks: number;
  /** Called at each look for a stay. */
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
  it('is brought to the stay that holds it, with its id as the request id', async () => {
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

  it('finds a stay that can be found a little later only', async () => {
    const world = aWorld();
    world.onLook = () => world.looks === 3 && world.held.set('stay/a/1', ['c-1']);
    expect(await world.handler.take(keyEvent('e-1', 'c-1'))).toMatchObject({ kind: 'handed-over' });
  });

  it('about the copy on one phone is brought to the stay that holds the key', async () => {
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

  it('that a stay knows costs no question to Seam', async () => {
    const world = aWorld({ parentOf: () => Promise.reject(new Error('asked')) });
    world.held.set('stay/a/1', ['c-1']);
    expect(await world.handler.take(keyEvent('e-1', 'c-1'))).toMatchObject({ kind: 'handed-over' });
  });

  it('about a copy that has reached its phone costs no question to Seam either', async () => {
    const world = aWorld({ parentOf: () => Promise.reject(new Error('asked')) });
    world.held.set('stay/a/1', ['c-1']);
    expect(await world.handler.take(keyEvent('e-1', 'copy-1', 'acs_credential.issued'))).toEqual({ kind: 'no-stay' });
  });

  it('of another application finds no stay, after a few looks', async () => {
    const world = aWorld({ parentOf: () => Promise.resolve(undefined) });
    expect(await world.handler.take(keyEvent('e-1', 'c-9'))).toEqual({ kind: 'no-stay' });
    expect(world.looks).toBe(5);
  });

  it('of a stay that ends meanwhile finds no stay', async () => {
    const world = aWorld();
    world.held.set('stay/a/1', ['c-1']);
    world.onLook = () => setImmediate(() => world.held.clear());
    const stays = world.handler.take(keyEvent('e-1', 'c-1'));
    world.held.clear();
    expect(await stays).toEqual({ kind: 'no-stay' });
  });

  it('is brought once, however often it comes, also at the same time', async () => {
    const world = aWorld();
    world.held.set('stay/a/1', ['c-1']);
    const event = keyEvent('e-1', 'c-1');
    const outcomes = await Promise.all([world.handler.take(event), world.handler.take(event)]);
    expect(outcomes.map((outcome) => outcome.kind)).toEqual(['handed-over', 'repeated']);
    expect(await world.handler.take(event)).toEqual({ kind: 'repeated' });
    expect(world.signals).toHaveLength(1);
  });

  it('that found no stay is looked at again if it comes again', async () => {
    const world = aWorld({ lookAgainAfterMs: [] });
    const event = keyEvent('e-1', 'c-1');
    expect(await world.handler.take(event)).toEqual({ kind: 'no-stay' });
    world.held.set('stay/a/1', ['c-1']);
    expect(await world.handler.take(event)).toMatchObject({ kind: 'handed-over' });
  });

  it('is given back while Temporal cannot be asked, and brought when it comes again', async () => {
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

  it('is given back while Seam cannot be asked whose copy it is', async () => {
    const world = aWorld({ parentOf: () => Promise.reject(new Error('Seam is away')) });
    await expect(world.handler.take(keyEvent('e-1', 'copy-1'))).rejects.toThrow('Seam is away');
  });
});

describe('an event', () => {
  it('about a phone is brought to every stay of the person whose it is', async () => {
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

  it('about the access system, or of any other type, disturbs no stay', async () => {
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
