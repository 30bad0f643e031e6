/**
 * State of the simulator in a file. It is written whole and replaced atomically after every change, before the call that
 * made the change is answered. A large file is written less often: a kill then loses the last moment.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { SavedWebhooks } from './api/webhooks.js';
import type { SavedFault } from './control/faults.js';
import type { SavedWorld } from './hotel/world.js';

export interface SavedState {
  readonly version: typeof VERSION;
  /** The hotel's time minus real time, in milliseconds. */
  readonly clockAheadMs: number;
  readonly tokens: { readonly apiKey: string; readonly personalAccessToken: string };
  readonly hotel: SavedWorld;
  readonly faults: readonly SavedFault[];
  readonly webhooks: SavedWebhooks;
}

const VERSION = 1;
/** Number of characters up to which every change is written; a write of more is followed by ten times its duration. */
const SMALL = 4_000_000;

const stateSchema = z.object({
  version: z.literal(VERSION),
  clockAheadMs: z.number(),
  tokens: z.object({ apiKey: z.string(), personalAccessToken: z.string() }),
  hotel: z.object({
    data: z.looseObject({ doors: z.instanceof(Map), credentials: z.instanceof(Map) }),
    journal: z.array(z.unknown()),
    events: z.array(z.unknown()),
    inTransit: z.array(z.unknown()),
  }),
  faults: z.array(z.unknown()),
  webhooks: z.object({ records: z.array(z.unknown()), pending: z.array(z.unknown()) }),
});

/**
 * Returns the state in the file, or undefined if there is no file.
 * @throws Error for a file that this version of the simulator has not written
 */
export function readState(file: string): SavedState | undefined {
  if (!existsSync(file)) return undefined;
  try {
    const state: unknown = JSON.parse(readFileSync(file, 'utf8'), revive);
    stateSchema.parse(state);
    // The file is the simulator's own: the parts inside are as this version has written them.
    return state as SavedState;
  } catch {
    throw new Error(`${file} holds no state of this simulator; name another file, or delete it for a new hotel`);
  }
}

export interface StateFile {
  /** Writes the state if it has changed, unless a pause is due. */
  save(): void;
  /** Notes a change; the state is written soon, also without a call of `save`. */
  changed(): void;
  /** Writes the last state and stops. */
  close(): void;
}

/** Returns a writer of the state that `collect` returns. */
export function openStateFile(file: string, collect: () => SavedState): StateFile {
  let dirty = true;
  let notBefore = 0;
  let scheduled: NodeJS.Timeout | undefined;
  let state: 'open' | 'closed' = 'open';
  mkdirSync(path.dirname(path.resolve(file)), { recursive: true });

  function write(): void {
    clearTimeout(scheduled);
    scheduled = undefined;
    if (!dirty) return;
    dirty = false;
    const start = performance.now();
    const text = JSON.stringify(collect(), dissolve);
    writeFileSync(`${file}.draft`, text, { mode: 0o600 });
    renameSync(`${file}.draft`, file);
    const end = performance.now();
    notBefore = text.length > SMALL ? end + (end - start) * 10 : 0;
  }

  write();
  return {
    save() {
      if (performance.now() >= notBefore) write();
    },
    changed() {
      if (state === 'closed') return;
      dirty = true;
      scheduled ??= setTimeout(write, Math.max(0, notBefore - performance.now()));
    },
    close() {
      state = 'closed';
      write();
    },
  };
}

/** Writes maps and sets as JSON. */
function dissolve(_key: string, value: unknown): unknown {
  if (value instanceof Map) return { $map: [...value.entries()] };
  if (value instanceof Set) return { $set: [...value.values()] };
  return value;
}

const mapSchema = z.strictObject({ $map: z.array(z.tuple([z.unknown(), z.unknown()])) });
const setSchema = z.strictObject({ $set: z.array(z.unknown()) });

function revive(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if ('$map' in value) return new Map(mapSchema.parse(value).$map);
  if ('$set' in value) return new Set(setSchema.parse(value).$set);
  return value;
}
