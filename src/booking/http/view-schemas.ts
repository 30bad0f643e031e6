/**
 * Response schemas in zod, for the OpenAPI document. The types are those of the views themselves: the compiler refuses
 * a schema that differs from them in either direction, even by an optional field.
 */
import { z } from 'zod';
import type { DryRun } from '../../domain/stay/dry-run.js';
import type { RoomView } from '../../domain/room/view.js';
import type { Erasure } from '../../domain/model/erasure.js';
import { named } from '../../http/schema-names.js';
import { PHONE_ACCESS_KINDS } from '../../domain/model/phone-access.js';
import { ATTENTION_CODES } from '../../domain/model/attention.js';
import { GATES } from '../../domain/model/key-plan.js';
import type { StayView } from '../../domain/model/stay-view.js';

const instant = z.string().meta({ examples: ['2026-11-23T14:00Z'] });
const windowView = named('Window', z.object({ from: instant, to: instant }));
const texts = z.array(z.string());
const gate = named('Gate', z.enum(GATES));
const keyKind = named('KeyKind', z.enum(['override', 'joiner']));

/** Attention codes; `GET …/stays?attention=` also accepts them. */
export const attentionCodeSchema = named('AttentionCode', z.enum(ATTENTION_CODES));

const notice = named(
  'Notice',
  z.object({
    code: attentionCodeSchema,
    message: z.string(),
    guestId: z.string().exactOptional(),
    room: z.string().exactOptional(),
  }),
);

export const phaseSchema = named(
  'StayPhase',
  z.enum(['expected', 'ready', 'in-house', 'leaving', 'over', 'cancelled', 'no-show']),
);

const planLine = named(
  'PlanLine',
  z.object({
    do: z.enum(['override', 'join', 'revoke']),
    guestId: z.string(),
    rooms: texts,
    window: windowView,
    why: z.string(),
    waitsFor: gate.exactOptional(),
    at: instant.exactOptional(),
  }),
);

const timelineLine = named(
  'TimelineLine',
  z.object({
    at: instant,
    what: z.string(),
    why: z.string().exactOptional(),
    by: z.string().exactOptional(),
  }),
);

export const stayViewSchema = z.object({
  schema: z.literal(1),
  stay: z.string().describe('Workflow id'),
  phase: phaseSchema,
  revision: z.union([z.number(), z.string()]).exactOptional(),
  window: windowView.exactOptional(),
  rooms: texts,
  leases: z
    .array(
      named(
        'StayLease',
        z.object({
          room: z.string(),
          window: windowView,
          state: z.enum(['asked', 'granted', 'waiting', 'displaced', 'ended']),
          from: instant.exactOptional(),
          until: instant.exactOptional(),
          behind: texts.exactOptional(),
          leaving: z.literal(true).exactOptional(),
          wantedBy: texts.exactOptional(),
        }),
      ),
    )
    .exactOptional(),
  guests: z.array(
    named(
      'GuestView',
      z.object({
        guestId: z.string(),
        keyState: z.enum(['not-due', 'waiting', 'issuing', 'issued', 'failed', 'revoking', 'gone']),
        waitingFor: gate.exactOptional(),
        barred: z.literal(true).exactOptional(),
        userIdentityId: z.string().exactOptional().describe("Seam's id of the guest"),
        phoneAccess: z
          .object({ kind: z.enum(PHONE_ACCESS_KINDS), madeAt: instant, ending: z.literal(true).exactOptional() })
          .exactOptional()
          .describe('Newest client session or instant key; `ending` while it is being ended at Seam'),
        noPhoneAccess: z.string().exactOptional().describe('Why the guest gets no client session or instant key now'),
      }),
    ),
  ),
  keys: z.array(
    named(
      'KeyView',
      z.object({
        acsCredentialId: z.string().exactOptional(),
        guestId: z.string(),
        kind: keyKind,
        rooms: texts,
        commonDoors: texts,
        window: windowView,
        joinedTo: z.string().exactOptional(),
        state: z.enum(['issuing', 'live', 'revoking', 'dead', 'stray']),
        requestedAt: instant,
        issuedAt: instant.exactOptional(),
        deadAt: instant.exactOptional(),
        residualUntil: instant.exactOptional(),
        why: z.string(),
      }),
    ),
  ),
  plan: z.array(planLine),
  attention: z.array(named('Attention', notice.extend({ since: instant }))),
  acts: z
    .array(
      named(
        'StandingAct',
        z.object({
          act: z.enum(['hold', 'force', 'block']),
          reason: z.string(),
          guestId: z.string().exactOptional(),
        }),
      ),
    )
    .exactOptional()
    .describe('Holds, forces and blocks in force, with their reasons'),
  timeline: z.array(timelineLine),
  nextDeadline: instant.exactOptional(),
  settled: z.boolean().describe('True if there is nothing to do right now'),
  taken: z
    .enum(['new', 'known'])
    .exactOptional()
    .describe('PUT only: `new` if this request recorded the snapshot, `known` if it was already recorded'),
});

export const dryRunSchema = named(
  'DryRun',
  z.object({
    steps: z.array(planLine),
    attention: z.array(notice),
  }),
);

const roomKeyView = named(
  'RoomKey',
  z.object({
    acsCredentialId: z.string(),
    stayId: z.string(),
    guestId: z.string(),
    kind: keyKind,
    lineage: z.string(),
    window: windowView,
    state: z.enum(['live', 'revoking', 'dead']),
    deadAt: instant.exactOptional(),
    residualUntil: instant.exactOptional(),
    residualMinutes: z.number().exactOptional(),
    endsAtFirstUseOf: z.string().exactOptional(),
    why: z.string().exactOptional(),
  }),
);

const claimed = { stayId: z.string(), part: z.number().exactOptional(), asked: windowView };

export const roomViewSchema = named(
  'RoomView',
  z.object({
    schema: z.literal(1),
    room: z.string().describe('Workflow id'),
    version: z.number(),
    leases: z.array(
      named(
        'RoomLease',
        z.object({
          stays: texts,
          shareGroup: z.string().exactOptional(),
          window: windowView,
          until: instant,
          state: z.enum(['expected', 'open', 'grace']),
          opener: z.string().exactOptional(),
          liveKeys: texts,
          claims: z.array(
            named(
              'RoomClaim',
              z.object({
                ...claimed,
                granted: windowView,
                heldUpBy: z.string().exactOptional(),
                leaving: z.literal(true).exactOptional(),
              }),
            ),
          ),
        }),
      ),
    ),
    waiting: z.array(
      named(
        'WaitingClaim',
        z.object({
          ...claimed,
          behind: texts,
          leaving: texts.exactOptional(),
          displaced: z.literal(true).exactOptional(),
        }),
      ),
    ),
    keys: z
      .object({ certain: z.array(roomKeyView), possible: z.array(roomKeyView), none: z.array(roomKeyView) })
      .describe('Keys that certainly, possibly, or no longer open the door'),
    history: z.array(timelineLine),
  }),
);

export const erasureSchema = named(
  'Erasure',
  z.object({
    schema: z.literal(1),
    atSeam: z.enum(['erased', 'unknown']).describe('unknown: Seam had no such guest'),
    audit: stayViewSchema
      .exactOptional()
      .describe('The stay as it ended, with ids only; absent if Temporal no longer had it'),
  }),
);

export type DeepReadonly<T> = T extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [Field in keyof T]: DeepReadonly<T[Field]> }
    : T;
/** Type with no optional field: one that only one side has would pass otherwise. */
type Full<T> = T extends readonly (infer Item)[]
  ? readonly Full<Item>[]
  : T extends object
    ? { readonly [Field in keyof T]-?: Full<T[Field]> }
    : T;
type Mutual<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never;
type Same<A, B> = Mutual<A, B> & Mutual<Full<A>, Full<B>>;
type Shape<Schema extends z.ZodType> = DeepReadonly<z.infer<Schema>>;

true satisfies Same<Shape<typeof stayViewSchema>, StayView>;
true satisfies Same<Shape<typeof dryRunSchema>, DryRun>;
true satisfies Same<Shape<typeof roomViewSchema>, RoomView>;
true satisfies Same<Shape<typeof erasureSchema>, Erasure>;
