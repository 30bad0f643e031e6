/**
 * Activity that finds traces of an earlier run of a stay: a run that was terminated or deleted, or that Temporal's
 * database has lost. Temporal is asked first. Seam is read only if Temporal shows a trace, or has no memory.
 */
import { Context } from '@temporalio/activity';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { asking } from '../src/temporal/asking.js';
import { defined } from '../src/domain/model/defined.js';
import type {
  EarlierClaim,
  EarlierKey,
  EarlierRun,
  FindEarlierRunInput,
  StayRecord,
} from '../src/domain/model/earlier-run.js';
import { roomWorkflowId } from '../src/domain/model/ids.js';
import { instantAt, isBefore } from '../src/domain/model/instants.js';
import type { StayActivities } from '../src/domain/model/stay-activities.js';
import { findEarlierKeys, identityCatalogue, type IdentityCatalogue } from '../src/seam/index.js';
import { roomsOf, runsOf } from '../src/temporal/visibility.js';
import { stayRecordQuery } from '../workflows/room/messages.js';
import { atSeam } from './at-seam.js';
import type { Dependencies } from './dependencies.js';

/** Time within which Temporal must answer. What it does not answer is read from Seam. */
const ANSWER_MS = 5_000;

/** Time between two searches of one worker: a server allows ten searches a second in a whole namespace by default. */
const SEARCH_EVERY_MS = 1_000;

/** Search for the earlier runs of one stay; undefined if it was not carried out. */
type SearchRuns = (client: Client, input: FindEarlierRunInput) => Promise<readonly FoundRun[] | undefined>;

interface FoundRun {
  readonly rooms: readonly string[];
}

/** Returns the activity `findEarlierRun`. */
export function createEarlierRunActivities(office: Dependencies): Pick<StayActivities, 'findEarlierRun'> {
  const catalogue = identityCatalogue(office.seam, { ttlMs: office.memoryMs });
  const searchRuns = nowAndThen();
  return {
    findEarlierRun: (input) =>
      atSeam(async ({ signal }) => {
        const { client } = Context.current();
        const asked = await recordsOf(client, input, input.rooms);
        const memory = await memoryOf(client, input, asked, searchRuns);
        if (memory.kind === 'blank') return { lookedAtSeam: false, keys: [], claims: [] };
        const keys = await keysAtSeam(office, catalogue, { input, memory, asked }, signal);
        const rooms = [...memory.rooms, ...keys.flatMap(({ ask }) => ask.rooms)];
        const others = rooms.filter((room) => !asked.some((one) => one.room === room));
        return earlierRun(input, keys, [...asked, ...(await recordsOf(client, input, [...new Set(others)]))]);
      }),
  };
}

/** Answer of a room: its record of the stay, or undefined if it does not exist or does not answer. */
interface AskedRoom {
  readonly room: string;
  readonly record: StayRecord | undefined;
}

async function recordsOf(
  client: Client,
  { propertyId, stayId, shareGroup }: FindEarlierRunInput,
  rooms: readonly string[],
): Promise<readonly AskedRoom[]> {
  return Promise.all(
    rooms.map(async (room) => {
      const handle = client.workflow.getHandle(roomWorkflowId({ propertyId, room }));
      const record = await ifAnswered(client, () =>
        asking(() => handle.query(stayRecordQuery, { stayId, ...defined({ shareGroup }) })),
      );
      return { room, record };
    }),
  );
}

/** Returns the answer; undefined if Temporal, or the workflow, has none. Seam is read in this case. */
async function ifAnswered<T>(client: Client, ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await client.withDeadline(Date.now() + ANSWER_MS, ask);
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) Context.current().log.debug('no answer', { error });
    return undefined;
  }
}

/**
 * Temporal's record of earlier runs. `blank`: it would have one, and has none. `trace`: there was an earlier run.
 * `lost`: the record may have been lost.
 */
type Memory = { readonly kind: 'blank' } | { readonly kind: 'trace' | 'lost'; readonly rooms: readonly string[] };

async function memoryOf(
  client: Client,
  input: FindEarlierRunInput,
  asked: readonly AskedRoom[],
  searchRuns: SearchRuns,
): Promise<Memory> {
  if (input.seenAtSeam === true) return { kind: 'trace', rooms: [] };
  if (asked.some(({ record }) => record !== undefined && isTrace(record, input))) return { kind: 'trace', rooms: [] };
  // A room that this stay has just started has no memory of earlier ones.
  const isOlder = ({ record }: AskedRoom): boolean => record !== undefined && isBefore(record.openedAt, input.openedAt);
  if (!asked.every(isOlder) || (asked.length === 0 && input.ended)) return { kind: 'lost', rooms: [] };
  const runs = (await searchRuns(client, input)) ?? [];
  return runs.length === 0 ? { kind: 'blank' } : { kind: 'trace', rooms: runs.flatMap(({ rooms }) => rooms) };
}

/** Returns true if the room has a claim or a key of another chain of runs of the stay. */
function isTrace({ chain, claims, keys }: StayRecord, input: FindEarlierRunInput): boolean {
  const isOther = (other: string | undefined): boolean => other !== input.chain;
  return (claims.length > 0 && isOther(chain)) || keys.some((key) => isOther(key.chain));
}

/** Returns a search for runs that did not complete. It skips the calls that come too fast. */
function nowAndThen(): SearchRuns {
  let nextAt = 0;
  return async (client, { stayId, chain }) => {
    if (performance.now() < nextAt) return undefined;
    nextAt = performance.now() + SEARCH_EVERY_MS;
    return ifAnswered(client, async () => {
      const found: FoundRun[] = [];
      for await (const run of client.workflow.list({ query: runsOf(stayId), pageSize: 20 })) {
        if (run.workflowId !== stayId || run.runId === chain || run.status.name === 'COMPLETED') continue;
        found.push({ rooms: roomsOf(run) });
      }
      return found;
    });
  };
}

interface Clues {
  readonly input: FindEarlierRunInput;
  readonly memory: Memory;
  readonly asked: readonly AskedRoom[];
}

async function keysAtSeam(
  office: Dependencies,
  catalogue: IdentityCatalogue,
  { input, memory, asked }: Clues,
  signal: AbortSignal,
): Promise<readonly EarlierKey[]> {
  const { seam, property } = await office.context(input.propertyId);
  const { acsSystemId } = property.seam;
  // A hotel whose database is lost starts all its stays at once; a single stay may have registered a guest just now.
  const [identities, entrances] = await Promise.all([
    memory.kind === 'lost' ? catalogue.recent(acsSystemId, signal) : catalogue.current(acsSystemId, signal),
    office.entrances(acsSystemId, signal),
  ]);
  const roomKeys = asked.flatMap(({ record }) => record?.keys ?? []);
  const keysOfOthers = asked.flatMap(({ record }) => record?.keysOfOthers ?? []);
  const roomsSharedBefore = asked.flatMap(({ room, record }) => (record?.sharedBefore === true ? [room] : []));
  const search = { seam, property, entrances, now: instantAt(office.now()), signal };
  return findEarlierKeys(input, { identities, roomKeys, keysOfOthers, roomsSharedBefore }, search);
}

function earlierRun(
  { chain }: FindEarlierRunInput,
  keys: readonly EarlierKey[],
  asked: readonly AskedRoom[],
): EarlierRun {
  const records = asked.flatMap(({ room, record }) => (record === undefined ? [] : [{ room, ...record }]));
  const revisions = records.flatMap(({ revision }) => revision ?? []);
  return {
    lookedAtSeam: true,
    ...defined({ revision: revisions.length === 0 ? undefined : Math.max(...revisions) }),
    keys,
    claims: records
      .filter((record) => record.chain !== chain)
      .flatMap(({ room, claims }) => claims.map((claim): EarlierClaim => ({ room, ...claim }))),
  };
}
