/** Faults between a client, Seam and the provider, set through the control API. */
import { z } from 'zod';
import type { Quirk } from '../hotel/provider-link.js';
import { checkReport, reportFields, type Report } from './reports.js';
import type { SimulatedHotel } from '../hotel/hotel.js';

const kinds = [
  'latency',
  'status',
  'drop-before',
  'drop-after',
  'commit-late',
  'bridge-down',
  'discard-undelivered',
  'never-synced',
  'report',
] as const;

const ms = z.int().min(0).max(3_600_000).optional();

export const faultSchema = z.strictObject({
  kind: z.enum(kinds, { error: `must be one of ${kinds.join(', ')}` }),
  /** Endpoint, or a prefix that ends with `*`. Default: every endpoint that suits the kind. */
  path: z.string().startsWith('/', 'must begin with a slash, such as "/acs/credentials/create"').optional(),
  /** Number of calls to hit. Default: all, until the fault is cleared. */
  times: z.int().min(1).optional(),
  /** First matching call to hit, counted from 1. */
  after: z.int().min(1).optional(),
  /** `latency`: the delay. `commit-late`: wait after the client has hung up. `bridge-down`: duration. */
  ms,
  /** `commit-late`: time a client may wait before the simulator closes its connection. */
  hold_ms: ms,
  status: z.int().min(400).max(599).optional(),
  /** Seconds, for the header `Retry-After`. */
  retry_after: z.int().min(0).optional(),
  ...reportFields,
});

export type Fault = z.infer<typeof faultSchema>;

/** Faults that apply to one call. `outcome` replaces the normal answer. */
export interface Claim {
  readonly delayMs: number;
  readonly quirks: readonly Quirk[];
  /** Errors and warnings to add to the answer. */
  readonly reports: readonly Report[];
  readonly outcome: Fault | undefined;
  /** Must be called when the request is done. */
  readonly finished: () => void;
}

export interface FaultBook {
  set(fault: Fault): void;
  clear(): void;
  list(): readonly (Fault & { readonly hits: number })[];
  /** Returns the faults with their counts, for the state file. */
  saved(): readonly SavedFault[];
  claim(path: string): Claim;
}

/** Fault with the number of calls that it has matched and hit. */
export interface SavedFault {
  readonly fault: Fault;
  readonly matched: number;
  readonly hits: number;
}

interface Entry {
  readonly fault: Fault;
  matched: number;
  hits: number;
}

const CREATE = '/acs/credentials/create';
const ENDING = [
  '/acs/credentials/delete',
  '/acs/users/delete',
  '/acs/users/revoke_access_to_all_entrances',
  '/user_identities/delete',
  '/phones/deactivate',
];

/** Paths at which a fault without a path counts calls. */
const USUAL_PATHS: Partial<Record<Fault['kind'], readonly string[]>> = {
  'never-synced': [CREATE],
  'discard-undelivered': ENDING,
  'bridge-down': [CREATE, ...ENDING],
};

/** Returns the faults of `hotel`: those that were saved. A saved outage with `ms` lasts its whole time again. */
export function createFaultBook(hotel: SimulatedHotel, saved: readonly SavedFault[] = []): FaultBook {
  let entries: Entry[] = saved.map((entry) => ({ ...entry }));
  const timers = new Set<NodeJS.Timeout>();

  function takeBridgeDown(entry: Entry): void {
    hotel.setBridge('down');
    if (entry.fault.ms === undefined) return;
    const timer = setTimeout(() => bringBridgeUp(entry), entry.fault.ms);
    timer.unref();
    timers.add(timer);
  }

  function bringBridgeUp(entry: Entry): void {
    entries = entries.filter((other) => other !== entry);
    if (!entries.some((other) => other.fault.kind === 'bridge-down')) hotel.setBridge('up');
  }

  /** Takes the locks off the doors that a report in force says are removed, and puts the others back. */
  function takeLocksOff(): void {
    const reports = entries.filter((entry) => isRemoval(entry.fault) && isInForce(entry)).map(({ fault }) => fault.id);
    const ids = [...hotel.world.doors.keys()].filter((id) => reports.some((one) => one === undefined || one === id));
    hotel.setReportedRemoved(new Set(ids));
  }

  for (const entry of entries) {
    if (entry.fault.kind === 'bridge-down' && !hotel.isBridgeUp()) takeBridgeDown(entry);
  }
  takeLocksOff();

  return {
    set(fault) {
      if (fault.kind === 'report') checkReport(fault);
      const entry = { fault, matched: 0, hits: 0 };
      entries.push(entry);
      hotel.world.journal.write('fault-set', fault);
      takeLocksOff();
      if (fault.kind === 'bridge-down' && fault.after === undefined) takeBridgeDown(entry);
    },
    clear() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
      entries = [];
      hotel.world.journal.write('faults-cleared');
      takeLocksOff();
      hotel.setBridge('up');
    },
    list: () => entries.map(({ fault, hits }) => ({ ...fault, hits })),
    saved: () => entries,
    claim(path) {
      const hit = entries.filter((entry) => strikes(entry, path));
      const outcome = hit.find(({ fault }) => isOutcome(fault));
      const struck = hit.filter((entry) => !isOutcome(entry.fault) || entry === outcome);
      for (const entry of struck) {
        entry.hits += 1;
        hotel.world.journal.write('fault-hit', { kind: entry.fault.kind, path });
        if (entry.fault.kind === 'bridge-down') takeBridgeDown(entry);
      }
      takeLocksOff();
      return {
        delayMs: struck.reduce((sum, { fault }) => sum + (fault.kind === 'latency' ? (fault.ms ?? 1_000) : 0), 0),
        quirks: struck.flatMap(({ fault }) => quirkOf(fault)),
        reports: struck.flatMap(({ fault }) => (fault.kind === 'report' ? [fault] : [])),
        outcome: outcome?.fault,
        finished() {
          const spent = struck.filter((entry) => entry.hits >= (entry.fault.times ?? Infinity));
          for (const entry of spent.filter(({ fault }) => fault.kind === 'bridge-down')) bringBridgeUp(entry);
        },
      };
    },
  };
}

/** Counts the call if it matches, and returns whether the fault is due. */
function strikes(entry: Entry, path: string): boolean {
  if (!isFor(entry.fault, path)) return false;
  entry.matched += 1;
  return entry.matched >= (entry.fault.after ?? 1) && entry.hits < (entry.fault.times ?? Infinity);
}

function isFor(fault: Fault, path: string): boolean {
  if (fault.path === undefined) return USUAL_PATHS[fault.kind]?.includes(path) ?? true;
  return fault.path.endsWith('*') ? path.startsWith(fault.path.slice(0, -1)) : path === fault.path;
}

function isRemoval({ kind, resource, code }: Fault): boolean {
  return kind === 'report' && resource === 'acs_entrance' && code === 'entrance_removed';
}

/** Returns true if the next call that matches is hit. */
function isInForce({ fault, matched, hits }: Entry): boolean {
  return matched + 1 >= (fault.after ?? 1) && hits < (fault.times ?? Infinity);
}

function isOutcome(fault: Fault): boolean {
  switch (fault.kind) {
    case 'status':
    case 'drop-before':
    case 'drop-after':
    case 'commit-late':
      return true;
    case 'latency':
    case 'bridge-down':
    case 'discard-undelivered':
    case 'never-synced':
    case 'report':
      return false;
  }
}

function quirkOf(fault: Fault): readonly Quirk[] {
  return fault.kind === 'discard-undelivered' || fault.kind === 'never-synced' ? [fault.kind] : [];
}
